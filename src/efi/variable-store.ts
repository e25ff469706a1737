/**
 * The variable store of edk2 firmware in a `VARS.fd` file: a firmware volume whose data is a store
 * of authenticated variables, one after another, as the firmware itself writes them to flash.
 * Unwritten bytes of flash are 0xff, and a write clears bits; so a state byte tells the state of a
 * variable.
 */
import { guidBytes, guidText } from './guid.js';

const SYSTEM_NV_DATA = 'fff12b8d-7696-4c8b-a985-2747075b4f50';
const AUTHENTICATED_STORE = 'aaf32c78-947b-439a-a180-2e144ec37792';
const FORMATTED = 0x5a;
const HEALTHY = 0xfe;

const VOLUME_HEADER = 56;
const STORE_HEADER = 28;
/**
 * StartId 2, State 1, Reserved 1, Attributes 4, MonotonicCount 8, TimeStamp 16, PubKeyIndex 4,
 * NameSize 4, DataSize 4, VendorGuid 16.
 */
const VARIABLE_HEADER = 60;
const START_ID = 0x55aa;
const ADDED = 0x3f;
/** Still valid: the firmware was about to write another in its place. */
const ABOUT_TO_GO = 0x3e;
const DELETED_BIT = 0xfd;

/** The bits of a variable's attributes that ven uses. */
export const ATTRIBUTES = {
  nonVolatile: 0x01,
  bootService: 0x02,
  runtime: 0x04,
  timeAuthenticated: 0x20,
} as const;

/**
 * The file is not a store that ven can read or write. The message is a sentence without a subject:
 * "has no …".
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

export interface EfiVariable {
  name: string;
  /** The GUID of the vendor who defines the variable, in lower case. */
  vendor: string;
  /** Sum of `ATTRIBUTES`. */
  attributes: number;
  data: Uint8Array;
  /** When it was signed, to the second, in UTC; only for variables with `timeAuthenticated`. */
  timestamp?: Date;
}

interface Store {
  bytes: Buffer;
  /**
   * Where the first variable may begin and where the store ends, in bytes from the file's start.
   */
  start: number;
  end: number;
}

type VariableName = Pick<EfiVariable, 'name' | 'vendor'>;

interface Placed extends VariableName {
  at: number;
  next: number;
  state: number;
}

/** What the firmware would find. @throws StoreError when the file is not a variable store. */
export function readVariables(file: Uint8Array): EfiVariable[] {
  const store = openStore(Uint8Array.from(file));
  return valid(walk(store).found).map(({ at, next, name, vendor }) => ({
    name,
    vendor,
    attributes: store.bytes.readUInt32LE(at + 4),
    data: Uint8Array.from(store.bytes.subarray(next - store.bytes.readUInt32LE(at + 40), next)),
  }));
}

/**
 * A copy of the file with these variables. Variables of the same name and vendor are marked as
 * deleted first, as are those of `without`. Where there is no room left, what is deleted goes
 * first, as the firmware itself would do it.
 * @throws StoreError when the file is not a variable store, or the variables do not fit.
 */
export function writeVariables(
  file: Uint8Array,
  variables: readonly EfiVariable[],
  without: readonly VariableName[] = [],
): Uint8Array {
  const store = openStore(Uint8Array.from(file));
  const { found, free } = walk(store);
  for (const name of without) markDeleted(store, found, name);
  let at = free;
  for (const variable of variables) {
    const record = encode(variable);
    const limit = largestVariable(store);
    if (record.length > limit)
      throw new StoreError(
        `takes no variable of ${record.length} bytes (${variable.name}): the most is ${limit}`,
      );
    markDeleted(store, found, variable);
    if (at + record.length > store.end) at = reclaim(store, found);
    if (at + record.length > store.end)
      throw new StoreError(
        `has ${store.end - at} bytes left, ${variable.name} needs ${record.length}`,
      );
    record.copy(store.bytes, at);
    found.push({
      name: variable.name,
      vendor: variable.vendor.toLowerCase(),
      at,
      next: at + record.length,
      state: ADDED,
    });
    at = aligned(at + record.length);
  }
  return Uint8Array.from(store.bytes);
}

function isNamed(a: VariableName, b: VariableName): boolean {
  return a.name === b.name && a.vendor.toLowerCase() === b.vendor.toLowerCase();
}

function markDeleted({ bytes }: Store, found: readonly Placed[], name: VariableName): void {
  for (const old of found) {
    if (!isNamed(old, name)) continue;
    old.state &= DELETED_BIT;
    bytes[old.at + 2] = old.state;
  }
}

/** One of each name, as the firmware would choose. */
function valid(found: readonly Placed[]): Placed[] {
  return found.filter(
    (each) =>
      each.state === ADDED ||
      (each.state === ABOUT_TO_GO &&
        !found.some((other) => other.state === ADDED && isNamed(other, each))),
  );
}

/** Leaves out what is deleted. Gives the beginning of the free space. */
function reclaim({ bytes, start, end }: Store, found: Placed[]): number {
  const kept = valid(found).map((each) => ({
    each,
    record: Buffer.from(bytes.subarray(each.at, each.next)),
  }));
  bytes.fill(0xff, start, end);
  let at = start;
  for (const { each, record } of kept) {
    record.copy(bytes, at);
    Object.assign(each, { at, next: at + record.length, state: ADDED });
    bytes[at + 2] = ADDED;
    at = aligned(each.next);
  }
  found.splice(0, found.length, ...kept.map(({ each }) => each));
  return at;
}

/**
 * The limits of edk2's OVMF for one variable with its header: 33 KiB in the 4 MiB layout, 8 KiB in
 * the older one.
 */
const largestVariable = (store: Store): number =>
  store.end - store.start > 0x20000 ? 0x8400 : 0x2000;

const aligned = (offset: number): number => (offset + 3) & ~3;

function openStore(file: Uint8Array): Store {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < VOLUME_HEADER + STORE_HEADER)
    throw new StoreError('is too short to hold a firmware volume');
  if (bytes.toString('latin1', 40, 44) !== '_FVH')
    throw new StoreError('does not begin with a firmware volume');
  if (guidText(bytes, 16) !== SYSTEM_NV_DATA)
    throw new StoreError('holds a firmware volume, but not one of variables');
  const headerSize = bytes.readUInt16LE(48);
  if (headerSize < VOLUME_HEADER || headerSize + STORE_HEADER > bytes.length)
    throw new StoreError('has a firmware volume with a wrong header');
  if (bytes.readBigUInt64LE(32) > BigInt(bytes.length))
    throw new StoreError('is shorter than the firmware volume that it begins with');
  let sum = 0;
  for (let offset = 0; offset + 1 < headerSize; offset += 2)
    sum = (sum + bytes.readUInt16LE(offset)) & 0xffff;
  if (sum !== 0) throw new StoreError('has a firmware volume with a wrong checksum');
  if (guidText(bytes, headerSize) !== AUTHENTICATED_STORE)
    throw new StoreError('has no store of authenticated variables');
  const size = bytes.readUInt32LE(headerSize + 16);
  if (size <= STORE_HEADER || headerSize + size > Number(bytes.readBigUInt64LE(32)))
    throw new StoreError('has a variable store with a wrong size');
  if (bytes[headerSize + 20] !== FORMATTED || bytes[headerSize + 21] !== HEALTHY)
    throw new StoreError('has a variable store that was left half-written');
  return { bytes, start: aligned(headerSize + STORE_HEADER), end: headerSize + size };
}

/** All records, also deleted ones, and the beginning of the free space. */
function walk({ bytes, start, end }: Store): { found: Placed[]; free: number } {
  const found: Placed[] = [];
  let at = start;
  while (at + VARIABLE_HEADER <= end && bytes.readUInt16LE(at) === START_ID) {
    const variable = decode(bytes, at, end);
    found.push(variable);
    at = aligned(variable.next);
  }
  for (let offset = at; offset < end; offset += 1) {
    if (bytes[offset] !== 0xff)
      throw new StoreError(`has something that is no variable at byte ${offset}`);
  }
  return { found, free: at };
}

function decode(bytes: Buffer, at: number, end: number): Placed {
  const nameSize = bytes.readUInt32LE(at + 36);
  const dataSize = bytes.readUInt32LE(at + 40);
  const name = at + VARIABLE_HEADER;
  // An interrupted write can leave a header whose sizes were never written.
  if (nameSize % 2 !== 0 || name + nameSize + dataSize > end)
    throw new StoreError(`has a variable with a wrong size at byte ${at}`);
  return {
    at,
    next: name + nameSize + dataSize,
    state: bytes.readUInt8(at + 2),
    vendor: guidText(bytes, at + 44),
    name: bytes.toString('utf16le', name, name + Math.max(0, nameSize - 2)),
  };
}

function encode(variable: EfiVariable): Buffer {
  const name = Buffer.from(`${variable.name}\0`, 'utf16le');
  const header = Buffer.alloc(VARIABLE_HEADER);
  header.writeUInt16LE(START_ID, 0);
  header.writeUInt8(ADDED, 2);
  header.writeUInt32LE(variable.attributes, 4);
  if (variable.timestamp) writeTime(header, 16, variable.timestamp);
  header.writeUInt32LE(name.length, 36);
  header.writeUInt32LE(variable.data.length, 40);
  header.set(guidBytes(variable.vendor), 44);
  return Buffer.concat([header, name, variable.data]);
}

/**
 * EFI_TIME: year 2, month, day, hour, minute, second, an unused byte; the rest is zero in the
 * timestamp of a variable.
 */
function writeTime(bytes: Buffer, at: number, time: Date): void {
  bytes.writeUInt16LE(time.getUTCFullYear(), at);
  bytes.set(
    [
      time.getUTCMonth() + 1,
      time.getUTCDate(),
      time.getUTCHours(),
      time.getUTCMinutes(),
      time.getUTCSeconds(),
    ],
    at + 2,
  );
}
