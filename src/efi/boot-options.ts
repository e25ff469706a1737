/**
 * What UEFI firmware boots from in place of its boot order, in its variables (UEFI specification,
 * 3.1 and 8.5.4). `BootNext` names an option, and edk2 deletes it before it tries that option; a
 * bit of `OsIndications` asks for the firmware's menu. What is in `BootOrder` stays.
 */
import { devicePath, namesPartition, type PathNode } from './device-path.js';
import { ATTRIBUTES, readVariables, writeVariables, type EfiVariable } from './variable-store.js';

const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const KEPT = ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService | ATTRIBUTES.runtime;
/** The number of ven's boot option: firmware and systems count from 0. */
const OWN = 0x7e4e;
const ACTIVE = 1;
const BOOT_TO_MENU = 1n;

export interface NextBoot {
  /** `menu`: the firmware's. */
  from: 'menu' | readonly PathNode[];
  /** Prefers what an installed system has put into the boot order. */
  preferInstalled: boolean;
  /** Not only the next time, but always: it stands first in the boot order. */
  always: boolean;
}

/** Firmware variables with this next boot; null: with none. @throws StoreError */
export function withNextBoot(file: Uint8Array, next: NextBoot | null): Uint8Array {
  const variables = readVariables(file);
  const find = (name: string): Uint8Array | undefined =>
    variables.find((each) => each.name === name && each.vendor === GLOBAL)?.data;
  const order = numbers(find('BootOrder'));
  const others = order.filter((number) => number !== OWN);
  const wantsMenu = next?.from === 'menu';
  const path = next === null || next.from === 'menu' ? null : devicePath(next.from);
  const first = path !== null && next?.always === true;
  const installed = next?.preferInstalled === true ? installedOption(others, find) : undefined;
  const indications = menuBit(find('OsIndications'), wantsMenu);
  const written = [
    ...(path === null ? [] : [kept(optionName(OWN), option(path))]),
    ...(path === null || first ? [] : [kept('BootNext', words([installed ?? OWN]))]),
    ...(first || others.length < order.length
      ? [kept('BootOrder', words(first ? [OWN, ...others] : others))]
      : []),
    ...(indications === null ? [] : [kept('OsIndications', indications)]),
  ];
  const gone = ['BootNext', optionName(OWN)].filter(
    (name) => find(name) !== undefined && written.every((each) => each.name !== name),
  );
  if (written.length === 0 && gone.length === 0) return file;
  return writeVariables(
    file,
    written,
    gone.map((name) => ({ name, vendor: GLOBAL })),
  );
}

/** Whether the firmware has still to consume one that is not for always. @throws StoreError */
export function hasNextBoot(file: Uint8Array): boolean {
  return readVariables(file).some(
    ({ name, vendor, data }) =>
      vendor === GLOBAL &&
      (name === 'BootNext' ||
        (name === 'OsIndications' && (Buffer.from(data).at(0) ?? 0) % 2 === 1)),
  );
}

function kept(name: string, data: Uint8Array): EfiVariable {
  return { name, vendor: GLOBAL, attributes: KEPT, data };
}

function optionName(number: number): string {
  return `Boot${number.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Attributes, the path's length, a description, the path. */
function option(path: Uint8Array): Uint8Array {
  const header = Buffer.alloc(6);
  header.writeUInt32LE(ACTIVE, 0);
  header.writeUInt16LE(path.length, 4);
  return Buffer.concat([header, Buffer.from('BMC\0', 'utf16le'), path]);
}

/** The first in the order that an installed system has made. */
function installedOption(
  order: readonly number[],
  find: (name: string) => Uint8Array | undefined,
): number | undefined {
  return order.find((number) => {
    const bytes = Buffer.from(find(optionName(number)) ?? []);
    if (bytes.length < 6 || (bytes.readUInt32LE(0) & ACTIVE) === 0) return false;
    let end = 6;
    while (end + 1 < bytes.length && bytes.readUInt16LE(end) !== 0) end += 2;
    return namesPartition(bytes.subarray(end + 2, end + 2 + bytes.readUInt16LE(4)));
  });
}

/** `OsIndications` with the bit or without; null: it is so already. */
function menuBit(data: Uint8Array | undefined, wanted: boolean): Uint8Array | null {
  const bytes = Buffer.alloc(8);
  if (data !== undefined) Buffer.from(data).copy(bytes);
  const before = bytes.readBigUInt64LE(0);
  const after = wanted ? before | BOOT_TO_MENU : before & ~BOOT_TO_MENU;
  if (after === before) return null;
  bytes.writeBigUInt64LE(after, 0);
  return bytes;
}

function numbers(data: Uint8Array | undefined): number[] {
  const bytes = Buffer.from(data ?? []);
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, at) =>
    bytes.readUInt16LE(2 * at),
  );
}

function words(values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, 2 * at);
  return bytes;
}
