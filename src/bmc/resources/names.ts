/** Paths of the service, and the pieces that all its resources have. */
export const ROOT = '/redfish/v1';

export const SYSTEMS = `${ROOT}/Systems`;
export const MANAGERS = `${ROOT}/Managers`;
export const CHASSIS = `${ROOT}/Chassis`;
export const SESSION_SERVICE = `${ROOT}/SessionService`;
export const SESSIONS = `${SESSION_SERVICE}/Sessions`;

export interface Resource {
  '@odata.id': string;
  '@odata.type': string;
  [property: string]: unknown;
}

export interface Link {
  '@odata.id': string;
}

export function link(path: string): Link {
  return { '@odata.id': path };
}

/** `type`: `ComputerSystemCollection`. */
export function collection(
  path: string,
  type: string,
  name: string,
  members: readonly string[],
): Resource {
  return {
    '@odata.id': path,
    '@odata.type': `#${type}.${type}`,
    Name: name,
    'Members@odata.count': members.length,
    Members: members.map(link),
  };
}

export const ENABLED = { State: 'Enabled', Health: 'OK' };
