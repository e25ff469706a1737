import { guidText, type EfiVariable } from '../../src/efi/index.js';

/**
 * A small variable store as edk2 would format it, made from the layout and not with the code under
 * test.
 */
export function emptyStore(storeBytes = 0x8000): Buffer {
  const volume = 72;
  const file = Buffer.alloc(volume + storeBytes + 0x1000, 0xff);
  file.fill(0, 0, volume + 28);
  Buffer.from('8d2bf1ff96768b4ca9852747075b4f50', 'hex').copy(file, 16);
  file.writeBigUInt64LE(BigInt(file.length), 32);
  file.write('_FVH', 40, 'latin1');
  file.writeUInt32LE(0x0004feff, 44);
  file.writeUInt16LE(volume, 48);
  file.writeUInt8(2, 55);
  file.writeUInt32LE(file.length / 8, 56);
  file.writeUInt32LE(8, 60);
  let sum = 0;
  for (let at = 0; at < volume; at += 2) sum += file.readUInt16LE(at);
  file.writeUInt16LE(-sum & 0xffff, 50);
  Buffer.from('782cf3aa7b949a43a1802e144ec37792', 'hex').copy(file, volume);
  file.writeUInt32LE(storeBytes, volume + 16);
  file.writeUInt8(0x5a, volume + 20);
  file.writeUInt8(0xfe, volume + 21);
  return file;
}

/** Where the first variable of `emptyStore` begins. */
export const FIRST = 100;

/**
 * What the firmware sees in a variable store, in the order of the file; read by the layout, too.
 */
export function readVariables(file: Uint8Array): EfiVariable[] {
  const bytes = Buffer.from(file);
  const found: EfiVariable[] = [];
  for (let at = bytes.readUInt16LE(48) + 28; bytes.readUInt16LE(at) === 0x55aa;) {
    const name = at + 60;
    const data = name + bytes.readUInt32LE(at + 36);
    const end = data + bytes.readUInt32LE(at + 40);
    const year = bytes.readUInt16LE(at + 16);
    const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes.subarray(at + 18, at + 23);
    if (bytes[at + 2] === 0x3f)
      found.push({
        name: bytes.toString('utf16le', name, data - 2),
        vendor: guidText(bytes, at + 44),
        attributes: bytes.readUInt32LE(at + 4),
        data: Uint8Array.from(bytes.subarray(data, end)),
        ...(year !== 0 && {
          timestamp: new Date(Date.UTC(year, month - 1, day, hour, minute, second)),
        }),
      });
    at = (end + 3) & ~3;
  }
  return found;
}

/** The certificates in EFI signature lists. */
export function certificatesOf(lists: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(lists);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 16)) {
    const each = bytes.readUInt32LE(at + 24);
    const end = at + bytes.readUInt32LE(at + 16);
    for (let one = at + 28 + bytes.readUInt32LE(at + 20); one < end; one += each)
      found.push(bytes.subarray(one + 16, one + each));
  }
  return found;
}

/** Where the records of these names begin, that are valid. */
function placesOf(bytes: Buffer, names: readonly string[]): number[] {
  const found: number[] = [];
  for (let at = bytes.readUInt16LE(48) + 28; bytes.readUInt16LE(at) === 0x55aa;) {
    const data = at + 60 + bytes.readUInt32LE(at + 36);
    const end = data + bytes.readUInt32LE(at + 40);
    if (bytes[at + 2] === 0x3f && names.includes(bytes.toString('utf16le', at + 60, data - 2)))
      found.push(at);
    at = (end + 3) & ~3;
  }
  return found;
}

/** The boot option that is next, in hex, or `menu`; null: the boot order says. */
export function nextBootOf(file: Uint8Array): string | null {
  const variables = readVariables(file);
  const find = (name: string): Buffer | undefined => {
    const data = variables.find((each) => each.name === name)?.data;
    return data && Buffer.from(data);
  };
  if (((find('OsIndications')?.[0] ?? 0) & 1) === 1) return 'menu';
  const next = find('BootNext')?.readUInt16LE(0);
  if (next === undefined) return null;
  const name = `Boot${next.toString(16).toUpperCase().padStart(4, '0')}`;
  return find(name)?.toString('hex') ?? 'no such option';
}

export function withoutNextBoot(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  for (const at of placesOf(bytes, ['BootNext', 'OsIndications'])) bytes.writeUInt8(0x3d, at + 2);
  return Uint8Array.from(bytes);
}
