/**
 * A disk with an installed operating system, as small as it can be: GPT with one EFI system
 * partition (FAT16), which holds one EFI program under two names; and the firmware's boot entry for
 * it. Everything is constant but the program.
 */
import { crc32 } from 'node:zlib';

const SECTOR = 512;
const FIRST = 2048;
const PER_CLUSTER = 4;
const CLUSTER = SECTOR * PER_CLUSTER;
const ROOT_ENTRIES = 512;
const TABLE_SECTORS = 32;
/** What tells FAT16 from FAT12 is the number of clusters alone. */
const FAT16 = { least: 4200, most: 65_000 };

/** A GUID as it lies on disks and in device paths: the first three groups little-endian. */
function guid(text: string): Buffer {
  const [a = '', b = '', c = '', ...rest] = text.split('-');
  const little = [a, b, c].map((group) => Buffer.from(group, 'hex').reverse());
  return Buffer.concat([...little, Buffer.from(rest.join(''), 'hex')]);
}

const EFI_SYSTEM = guid('c12a7328-f81f-11d2-ba4b-00a0c93ec93b');
const DISK = guid('5e0f6f24-6f2e-4d3c-9a1e-7a2c0b9d1e01');
const PARTITION = guid('5e0f6f24-6f2e-4d3c-9a1e-7a2c0b9d1e02');

/** Where Ubuntu keeps its loader, and where firmware looks on a disk that it has no entry for. */
const LOADER = ['EFI', 'UBUNTU', 'SHIMX64.EFI'] as const;
const FALLBACK = ['EFI', 'BOOT', 'BOOTX64.EFI'] as const;

interface Layout {
  clusters: number;
  /** Sectors: each of the two tables, and the whole partition. */
  fat: number;
  partition: number;
}

function layout(program: Uint8Array): Layout {
  const clusters = Math.max(FAT16.least, Math.ceil(program.length / CLUSTER) + 8);
  if (clusters > FAT16.most) throw new Error('The program is too long for the partition');
  const fat = Math.ceil(((clusters + 2) * 2) / SECTOR);
  return {
    clusters,
    fat,
    partition: 1 + 2 * fat + (ROOT_ENTRIES * 32) / SECTOR + clusters * PER_CLUSTER,
  };
}

/** A directory entry; `name` is 8.3, in capitals. */
function entry(name: string, isFolder: boolean, cluster: number, size: number): Buffer {
  const [base = '', extension = ''] = name.startsWith('.') ? [name] : name.split('.');
  const made = Buffer.alloc(32);
  made.write(base.padEnd(8) + extension.padEnd(3), 0, 'latin1');
  made[11] = isFolder ? 0x10 : 0x20;
  made.writeUInt16LE(0x21, 24); // 1980-01-01
  made.writeUInt16LE(cluster, 26);
  made.writeUInt32LE(size, 28);
  return made;
}

/**
 * The file system: /EFI (cluster 2) with UBUNTU (3) and BOOT (4), and the program from cluster 5
 * on, in both.
 */
function fileSystem(program: Uint8Array): Buffer {
  const { clusters, fat, partition } = layout(program);
  const image = Buffer.alloc(partition * SECTOR);
  image.write('\xeb\x3c\x90MSWIN4.1', 0, 'latin1');
  image.writeUInt16LE(SECTOR, 11);
  image[13] = PER_CLUSTER;
  image.writeUInt16LE(1, 14); // Sectors before the tables.
  image[16] = 2;
  image.writeUInt16LE(ROOT_ENTRIES, 17);
  if (partition < 0x1_0000) image.writeUInt16LE(partition, 19);
  else image.writeUInt32LE(partition, 32);
  image[21] = 0xf8;
  image.writeUInt16LE(fat, 22);
  image.writeUInt32LE(FIRST, 28);
  image[36] = 0x80;
  image[38] = 0x29;
  image.write('ESP        FAT16   ', 43, 'latin1');
  image.writeUInt16LE(0xaa55, 510);

  const length = Math.ceil(program.length / CLUSTER);
  for (const table of [1, 1 + fat]) {
    const write = (cluster: number, next: number): number =>
      image.writeUInt16LE(next, table * SECTOR + cluster * 2);
    write(0, 0xfff8);
    for (const cluster of [1, 2, 3, 4]) write(cluster, 0xffff);
    for (let index = 0; index < length; index += 1)
      write(5 + index, index === length - 1 ? 0xffff : 6 + index);
  }
  const root = 1 + 2 * fat;
  const at = (cluster: number): number =>
    (root + (ROOT_ENTRIES * 32) / SECTOR + (cluster - 2) * PER_CLUSTER) * SECTOR;
  entry(LOADER[0], true, 2, 0).copy(image, root * SECTOR);
  const folder = (cluster: number, parent: number, ...entries: Buffer[]): number =>
    Buffer.concat([entry('.', true, cluster, 0), entry('..', true, parent, 0), ...entries]).copy(
      image,
      at(cluster),
    );
  folder(2, 0, entry(LOADER[1], true, 3, 0), entry(FALLBACK[1], true, 4, 0));
  folder(3, 2, entry(LOADER[2], false, 5, program.length));
  folder(4, 2, entry(FALLBACK[2], false, 5, program.length));
  image.set(program, at(5));
  if (5 + length > clusters + 2) throw new Error('The program does not fit');
  return image;
}

/** The whole disk, to be written to the beginning of one at least as large. */
export function installedDisk(program: Uint8Array): Buffer {
  const content = fileSystem(program);
  const last = FIRST + content.length / SECTOR - 1;
  const end = last + TABLE_SECTORS + 1;
  const disk = Buffer.alloc((end + 1) * SECTOR);
  // The protective MBR: one partition of type EE over everything.
  disk.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff, 1, 0, 0, 0], 446);
  disk.writeUInt32LE(end, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);

  const entries = Buffer.alloc(TABLE_SECTORS * SECTOR);
  entries.set([...EFI_SYSTEM, ...PARTITION], 0);
  entries.writeBigUInt64LE(BigInt(FIRST), 32);
  entries.writeBigUInt64LE(BigInt(last), 40);
  entries.write('EFI System', 56, 'utf16le');
  for (const [own, other, table] of [
    [1, end, 2],
    [end, 1, last + 1],
  ] as const) {
    const header = Buffer.alloc(92);
    header.write('EFI PART', 0, 'latin1');
    header.writeUInt32LE(0x1_0000, 8);
    header.writeUInt32LE(header.length, 12);
    for (const [place, sector] of [
      [24, own],
      [32, other],
      [40, 2 + TABLE_SECTORS],
      [48, last],
      [72, table],
    ] as const) {
      header.writeBigUInt64LE(BigInt(sector), place);
    }
    header.set(DISK, 56);
    header.writeUInt32LE(128, 80); // Entries of 128 bytes each.
    header.writeUInt32LE(128, 84);
    header.writeUInt32LE(crc32(entries), 88);
    header.writeUInt32LE(crc32(header), 16);
    header.copy(disk, own * SECTOR);
    entries.copy(disk, table * SECTOR);
  }
  content.copy(disk, FIRST * SECTOR);
  return disk;
}

/**
 * The firmware's variable `Boot####` for the disk's program, called "ubuntu", in the form of
 * efivarfs: attributes first.
 */
export function bootEntry(program: Uint8Array): Buffer {
  const node = (type: number, kind: number, content: Uint8Array): Buffer => {
    const head = Buffer.from([type, kind, 0, 0]);
    head.writeUInt16LE(4 + content.length, 2);
    return Buffer.concat([head, content]);
  };
  const drive = Buffer.alloc(38);
  drive.writeUInt32LE(1, 0);
  drive.writeBigUInt64LE(BigInt(FIRST), 4);
  drive.writeBigUInt64LE(BigInt(layout(program).partition), 12);
  drive.set(PARTITION, 20);
  drive.set([2, 2], 36); // GPT, named by GUID.
  const path = Buffer.concat([
    node(4, 1, drive),
    node(4, 4, Buffer.from('\\EFI\\ubuntu\\shimx64.efi\0', 'utf16le')),
    node(0x7f, 0xff, new Uint8Array()),
  ]);
  const [attributes, active, length] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(2)];
  attributes.writeUInt32LE(7); // Kept, seen by the firmware and by what it has booted.
  active.writeUInt32LE(1);
  length.writeUInt16LE(path.length);
  return Buffer.concat([attributes, active, length, Buffer.from('ubuntu\0', 'utf16le'), path]);
}
