import { createHash } from 'node:crypto';

/** The namespace of ven's version 5 UUIDs. It must never change: every fleet would be orphaned. */
const NAMESPACE = 'ad3f8a5e-6c0b-4d0f-9a27-41f6d3c5b8e2';

/**
 * The libvirt UUID of a fleet's VM. A domain is ven's by this UUID and the mark in its metadata: a
 * copy of a domain carries the mark, but never the UUID.
 */
export function vmUuid(fleet: string, vm: string): string {
  return uuidV5(`fleet/${fleet}/vm/${vm}`);
}

/** The libvirt UUID of a fleet's own network. */
export function networkUuid(fleet: string, network: string): string {
  return uuidV5(`fleet/${fleet}/network/${network}`);
}

/** Each is asked for many times in a plan. */
const uuids = new Map<string, string>();

/** RFC 9562, version 5: SHA-1 over namespace and name. Lower case. */
function uuidV5(name: string): string {
  const known = uuids.get(name);
  if (known !== undefined) return known;
  const hash = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const uuid = hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  uuids.set(name, uuid);
  return uuid;
}
