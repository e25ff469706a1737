import type { OrchestratorHost, OsProfile } from '../model/index.js';
import type { Reply } from './exchange.js';

/** The answers' shapes: what is needed must be there, what may be missing is empty, what else is there is not looked at. */

export type Json = Record<string, unknown>;

export interface Provider {
  id: string;
  /** As it came. */
  fields: Json;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** One page of a list. A list without entries may be left out. */
export function readPage(reply: Reply, key: string): { entries: Json[]; hasNext: boolean } {
  const said = reply.json();
  if (!isRecord(said)) throw reply.misshapen(`it holds no list \`${key}\``);
  const list =
    said[key] ??
    (Object.keys(said).every((other) => other === 'totalElements' || other === 'hasNext')
      ? []
      : null);
  if (!Array.isArray(list) || !list.every(isRecord))
    throw reply.misshapen(`it holds no list \`${key}\``);
  return { entries: list, hasNext: said['hasNext'] === true };
}

function idOf(entry: Json, keys: readonly string[], reply: Reply): string {
  const id = keys.map((key) => text(entry[key])).find((one) => one !== '');
  if (id === undefined) throw reply.misshapen(`an entry has no \`${keys[0] ?? ''}\``);
  return id;
}

export function hostOf(entry: Json, reply: Reply): OrchestratorHost {
  const { instance } = entry;
  const os = isRecord(instance) ? instance['os'] : null;
  return {
    id: idOf(entry, ['resourceId'], reply),
    name: text(entry['name']),
    serialNumber: text(entry['serialNumber']),
    uuid: text(entry['uuid']).toLowerCase(),
    hostStatus: text(entry['hostStatus']),
    instance: isRecord(instance)
      ? {
          id: text(instance['instanceID']),
          os: isRecord(os) ? text(os['name']) : '',
          provisioningStatus: text(instance['provisioningStatus']),
        }
      : null,
  };
}

export function osProfileOf(entry: Json, reply: Reply): OsProfile {
  return {
    name: text(entry['profileName']),
    id: idOf(entry, ['osResourceID', 'resourceId'], reply),
  };
}

export function providerOf(entry: Json, reply: Reply): Provider {
  return { id: idOf(entry, ['providerID', 'resourceId'], reply), fields: entry };
}

/** What a provider's `config`, a JSON text, says; `{}` when it says nothing that can be read. */
export function configOf({ fields }: Provider): Json {
  try {
    const config: unknown = JSON.parse(text(fields['config']));
    return isRecord(config) ? config : {};
  } catch {
    return {};
  }
}
