/**
 * The installed node's disk, read by the formats' own rules. That firmware boots from it is shown
 * on real VMs.
 */
import { describe, expect, it } from 'vitest';
import { crc32 } from 'node:zlib';
import { bootEntry, installedDisk } from '../../../stand-in/disk.ts';

const program = Buffer.from(Array.from({ length: 5001 }, (_, index) => index % 251));
const disk = installedDisk(program);
const SECTOR = 512;

function header(sector: number): { own: bigint; other: bigint; entries: Buffer; right: boolean } {
  const found = Buffer.from(disk.subarray(sector * SECTOR, sector * SECTOR + 92));
  const sum = found.readUInt32LE(16);
  const table = Number(found.readBigUInt64LE(72)) * SECTOR;
  const entries = disk.subarray(table, table + found.readUInt32LE(80) * found.readUInt32LE(84));
  found.writeUInt32LE(0, 16);
  const right =
    found.toString('latin1', 0, 8) === 'EFI PART' &&
    sum === crc32(found) &&
    found.readUInt32LE(88) === crc32(entries);
  return { own: found.readBigUInt64LE(24), other: found.readBigUInt64LE(32), entries, right };
}

/** The file at this path of the EFI system partition. */
function read(...path: string[]): Buffer {
  const start = Number(header(1).entries.readBigUInt64LE(32)) * SECTOR;
  const at = (place: number): number => disk.readUInt16LE(start + place);
  const [cluster, fat] = [(disk[start + 13] as number) * SECTOR, start + at(14) * SECTOR];
  const root = fat + 2 * at(22) * SECTOR;
  const place = (number: number): number => root + at(17) * 32 + (number - 2) * cluster;
  let [folder, first, size] = [root, 0, 0];
  for (const name of path) {
    const entry = Array.from({ length: 16 }, (_, index) => folder + index * 32).find(
      (each) => disk.toString('latin1', each, each + 11) === name,
    );
    if (entry === undefined) throw new Error(`no ${name}`);
    [first, size] = [disk.readUInt16LE(entry + 26), disk.readUInt32LE(entry + 28)];
    folder = place(first);
  }
  const parts: Buffer[] = [];
  for (let next = first; next < 0xfff8; next = disk.readUInt16LE(fat + next * 2))
    parts.push(disk.subarray(place(next), place(next) + cluster));
  return Buffer.concat(parts).subarray(0, size);
}

describe('installedDisk', () => {
  it('has a partition table at its beginning and at its end, each naming the other', () => {
    const [first, last] = [header(1), header(disk.length / SECTOR - 1)];
    expect([first.right, last.right]).toEqual([true, true]);
    expect([first.own, first.other]).toEqual([last.other, last.own]);
    expect(first.entries.equals(last.entries)).toBe(true);
    expect(first.entries.readBigUInt64LE(40) < last.own).toBe(true);
  });

  it('has the program where Ubuntu keeps it and where firmware looks by itself', () => {
    expect(read('EFI        ', 'UBUNTU     ', 'SHIMX64 EFI').equals(program)).toBe(true);
    expect(read('EFI        ', 'BOOT       ', 'BOOTX64 EFI').equals(program)).toBe(true);
  });

  it('has so many clusters that it is FAT16 for everybody', () => {
    const start = Number(header(1).entries.readBigUInt64LE(32)) * SECTOR;
    const all = disk.readUInt16LE(start + 19) || disk.readUInt32LE(start + 32);
    const before =
      disk.readUInt16LE(start + 14) +
      2 * disk.readUInt16LE(start + 22) +
      disk.readUInt16LE(start + 17) / 16;
    const clusters = Math.floor((all - before) / (disk[start + 13] as number));
    expect(clusters).toBeGreaterThanOrEqual(4085);
    expect(clusters).toBeLessThan(65_525);
  });

  it('is the same each time', () => expect(installedDisk(program).equals(disk)).toBe(true));

  it('refuses a program that is too long', () =>
    expect(() => installedDisk(Buffer.alloc(140_000_000))).toThrow('too long'));
});

describe('bootEntry', () => {
  it('names the partition, the program and "ubuntu"', () => {
    const entry = bootEntry(program);
    expect([entry.readUInt32LE(0), entry.readUInt32LE(4)]).toEqual([7, 1]);
    const text = entry.toString('utf16le', 10, 10 + 14);
    expect(text).toBe('ubuntu\0');
    const path = entry.subarray(24);
    expect(entry.readUInt16LE(8)).toBe(path.length);
    expect([path[0], path[1], path.readUInt16LE(2), path.readUInt32LE(4)]).toEqual([4, 1, 42, 1]);
    const partition = header(1).entries;
    expect(path.readBigUInt64LE(8)).toBe(partition.readBigUInt64LE(32));
    expect(path.readBigUInt64LE(16)).toBe(
      partition.readBigUInt64LE(40) - partition.readBigUInt64LE(32) + 1n,
    );
    expect(path.subarray(24, 40).equals(partition.subarray(16, 32))).toBe(true);
    expect(path.toString('utf16le', 46)).toContain('\\EFI\\ubuntu\\shimx64.efi\0');
    expect(path.subarray(-4)).toEqual(Buffer.from([0x7f, 0xff, 4, 0]));
  });
});
