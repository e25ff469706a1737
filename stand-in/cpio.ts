/** An initramfs: the `newc` form of cpio archives, as the kernel unpacks it. */

export interface CpioEntry {
  /** Without a leading slash; its folders come as entries of their own, before it. */
  path: string;
  /** Type and permissions as in stat(2). */
  mode: number;
  content?: Uint8Array;
  /** Major and minor number of a device node. */
  device?: [number, number];
}

export const FOLDER = 0o040755;
export const PROGRAM = 0o100755;
export const FILE = 0o100644;
export const CHARACTER_DEVICE = 0o020600;

const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

export function cpio(entries: readonly CpioEntry[]): Buffer {
  const end: CpioEntry = { path: 'TRAILER!!!', mode: 0 };
  return Buffer.concat(
    [...entries, end].flatMap(
      ({ path, mode, content = new Uint8Array(), device = [0, 0] }, index) => {
        const name = Buffer.from(`${path}\0`);
        const links = 1;
        // inode, mode, user, group, links, time, size, device of the file (2), device node (2),
        // length of the name, checksum
        const numbers = [
          index + 1,
          mode,
          0,
          0,
          links,
          0,
          content.length,
          0,
          0,
          ...device,
          name.length,
          0,
        ];
        const header = Buffer.from(
          `070701${numbers.map((value) => value.toString(16).padStart(8, '0')).join('')}`,
        );
        return [
          header,
          name,
          padding(header.length + name.length),
          content,
          padding(content.length),
        ];
      },
    ),
  );
}
