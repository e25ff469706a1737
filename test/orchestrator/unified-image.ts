/**
 * One EFI program out of a stub, a kernel, a command line and an initramfs: the parts become sections of the stub, which
 * finds them by name once it runs.
 */

export interface Section {
  /** At most 8 characters: `.linux`, `.initrd`, `.cmdline`. */
  name: string;
  content: Uint8Array;
}

const SECTION_HEADER = 40;
const READ_INITIALIZED = 0x40000040;
/** Kernels want to lie on a page; a stub's own alignment may be smaller. */
const PAGE = 4096;

const align = (value: number, to: number): number => Math.ceil(value / to) * to;

export function unifiedImage(stub: Uint8Array, sections: readonly Section[]): Buffer {
  const headers = Buffer.from(stub);
  const pe = headers.readUInt32LE(0x3c);
  if (headers.toString('latin1', pe, pe + 4) !== 'PE\0\0') throw new Error('The EFI stub is no PE file');
  const coff = pe + 4;
  const optional = coff + 20;
  if (headers.readUInt16LE(optional) !== 0x20b) throw new Error('The EFI stub is no 64-bit PE file');
  const count = headers.readUInt16LE(coff + 2);
  const table = optional + headers.readUInt16LE(coff + 16);
  const sectionAlignment = Math.max(headers.readUInt32LE(optional + 32), PAGE);
  const fileAlignment = headers.readUInt32LE(optional + 36);
  const sizeOfHeaders = headers.readUInt32LE(optional + 60);
  if (table + (count + sections.length) * SECTION_HEADER > sizeOfHeaders) throw new Error('The EFI stub has no room for more sections');

  const parts: Uint8Array[] = [headers];
  let [position, address, initialized] = [headers.length, headers.readUInt32LE(optional + 56), headers.readUInt32LE(optional + 8)];
  for (const [index, { name, content }] of sections.entries()) {
    if (name.length > 8) throw new Error(`The section name ${name} is longer than 8 characters`);
    const start = align(position, fileAlignment);
    const size = align(content.length, fileAlignment);
    parts.push(Buffer.alloc(start - position), content, Buffer.alloc(size - content.length));
    address = align(address, sectionAlignment);
    const header = table + (count + index) * SECTION_HEADER;
    headers.fill(0, header, header + SECTION_HEADER);
    headers.write(name, header, 'latin1');
    headers.writeUInt32LE(content.length, header + 8);
    headers.writeUInt32LE(address, header + 12);
    headers.writeUInt32LE(size, header + 16);
    headers.writeUInt32LE(start, header + 20);
    headers.writeUInt32LE(READ_INITIALIZED, header + 36);
    address += content.length;
    position = start + size;
    initialized += size;
  }
  headers.writeUInt16LE(count + sections.length, coff + 2);
  headers.writeUInt32LE(initialized, optional + 8);
  headers.writeUInt32LE(align(address, sectionAlignment), optional + 56);
  headers.writeUInt32LE(0, optional + 64); // The checksum is not asked for.
  return Buffer.concat(parts);
}
