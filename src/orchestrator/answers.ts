import type { LocalAccount, OrchestratorHost, OsProfile } from '../model/index.js';
import type { Reply } from './exchange.js';

/**
 * The forms of the answers: required parts must be there, a missing optional part is empty, all
 * else is ignored.
 */

export type Json = Record<string, unknown>;

export interface Provider {
  id: string;
  /** As the API sent it. */
  fields: Json;
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Characters of a field that is shown or compared. */
const MAX_FIELD = 1000;

/** The text of a field; of a long one its beginning, and its length. */
function text(value: unknown): string {
  if (typeof value !== 'string') return '';
  if (value.length <= MAX_FIELD) return value;
  const cut = `${value.slice(0, MAX_FIELD)}… (${value.length} characters)`;
  // A copy: else the whole text stays in memory.
  return Buffer.from(cut).toString();
}

/** One page of a list. A list without entries may be left out. */
export function readPage(reply: Reply, key: string): { entries: Json[]; hasNext: boolean } {
  const content = reply.json();
  if (!isRecord(content)) throw reply.misshapen(`it has no list \`${key}\``);
  const known = ['totalElements', 'hasNext'];
  const isEmpty = Object.keys(content).every((other) => known.includes(other));
  const list = content[key] ?? (isEmpty ? [] : null);
  if (!Array.isArray(list) || !list.every(isRecord))
    throw reply.misshapen(`it has no list \`${key}\``);
  return { entries: list, hasNext: content['hasNext'] === true };
}

function idOf(entry: Json, keys: readonly string[], reply: Reply): string {
  const id = keys.map((key) => entry[key]).find((one) => typeof one === 'string' && one !== '');
  if (typeof id !== 'string' || id.length > MAX_FIELD)
    throw reply.misshapen(`an entry has no \`${keys[0] ?? ''}\``);
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
          image: isRecord(os) ? text(os['imageId']) || text(os['imageUrl']) : '',
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

export function localAccountOf(entry: Json, reply: Reply): LocalAccount {
  return {
    id: idOf(entry, ['resourceId', 'localAccountID'], reply),
    username: text(entry['username']),
    sshKey: text(entry['sshKey']),
  };
}

export function providerOf(entry: Json, reply: Reply): Provider {
  return { id: idOf(entry, ['providerID', 'resourceId'], reply), fields: entry };
}

/** A provider's `config`, parsed from its JSON text; `{}` where that can't be read. */
export function configOf({ fields }: Provider): Json {
  try {
    const config: unknown = JSON.parse(String(fields['config']));
    return isRecord(config) ? config : {};
  } catch {
    return {};
  }
}
