/**
 * One EFI program out of a stub, a kernel, a command line and an initramfs: the parts become
 * sections of the stub, which finds them by name once it runs.
 */

export interface Section {
  /** At most 8 characters: `.linux`, `.initrd`, `.cmdline`. */
  name: string;
  content: Uint8Array;
}

const SECTION_HEADER = 40;
const READ_INITIALIZED = 0x40000040;
const READ_EXECUTE_CODE = 0x60000020;
/** Kernels want to lie on a page; a stub's own alignment may be smaller. */
const PAGE = 4096;

const align = (value: number, to: number): number => Math.ceil(value / to) * to;

/**
 * Code that a PE file begins with in the stub's place: writes the text to the firmware's console
 * and goes on to the stub. `distance`: from the end of the code to the stub's entry point, in
 * bytes. The text follows the code.
 */
function prelude(text: string, distance: (end: number) => number): Buffer {
  const code = Buffer.from(
    [
      '51 52', // push rcx; push rdx: the program's handle and the system table
      '48 83 ec 28', // sub rsp, 40: what a callee may use, on a boundary of 16
      '48 8b 4a 40', // mov rcx, [rdx + 64]: the table's ConOut
      '48 8d 15 00 00 00 00', // lea rdx, [rip + …]: the text
      'ff 51 08', // call [rcx + 8]: OutputString
      '48 83 c4 28', // add rsp, 40
      '5a 59', // pop rdx; pop rcx
      'e9 00 00 00 00', // jmp …: the stub
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  );
  code.writeInt32LE(code.length - 17, 13);
  code.writeInt32LE(distance(code.length), code.length - 4);
  return Buffer.concat([code, Buffer.from(`${text.replaceAll('\n', '\r\n')}\0`, 'utf16le')]);
}

/** `says`: what is written to the console before the stub begins. */
export function unifiedImage(stub: Uint8Array, sections: readonly Section[], says = ''): Buffer {
  const headers = Buffer.from(stub);
  const pe = headers.readUInt32LE(0x3c);
  if (headers.toString('latin1', pe, pe + 4) !== 'PE\0\0')
    throw new Error('The EFI stub is no PE file');
  const coff = pe + 4;
  const optional = coff + 20;
  if (headers.readUInt16LE(optional) !== 0x20b)
    throw new Error('The EFI stub is no 64-bit PE file');
  const count = headers.readUInt16LE(coff + 2);
  const table = optional + headers.readUInt16LE(coff + 16);
  const sectionAlignment = Math.max(headers.readUInt32LE(optional + 32), PAGE);
  const fileAlignment = headers.readUInt32LE(optional + 36);
  const sizeOfHeaders = headers.readUInt32LE(optional + 60);
  const own = says === '' ? [] : [{ name: '.says', content: new Uint8Array(), says }];
  const added: (Section & { says?: string })[] = [...own, ...sections];
  if (table + (count + added.length) * SECTION_HEADER > sizeOfHeaders)
    throw new Error('The EFI stub has no room for more sections');

  const parts: Uint8Array[] = [headers];
  let [position, address, initialized] = [
    headers.length,
    headers.readUInt32LE(optional + 56),
    headers.readUInt32LE(optional + 8),
  ];
  for (const [index, { name, says: text, content: given }] of added.entries()) {
    if (name.length > 8) throw new Error(`The section name ${name} is longer than 8 characters`);
    address = align(address, sectionAlignment);
    const entry = headers.readUInt32LE(optional + 16);
    const from = address;
    const content = text === undefined ? given : prelude(text, (end) => entry - (from + end));
    if (text !== undefined) headers.writeUInt32LE(address, optional + 16);
    const start = align(position, fileAlignment);
    const size = align(content.length, fileAlignment);
    parts.push(Buffer.alloc(start - position), content, Buffer.alloc(size - content.length));
    const header = table + (count + index) * SECTION_HEADER;
    headers.fill(0, header, header + SECTION_HEADER);
    headers.write(name, header, 'latin1');
    headers.writeUInt32LE(content.length, header + 8);
    headers.writeUInt32LE(address, header + 12);
    headers.writeUInt32LE(size, header + 16);
    headers.writeUInt32LE(start, header + 20);
    headers.writeUInt32LE(text === undefined ? READ_INITIALIZED : READ_EXECUTE_CODE, header + 36);
    address += content.length;
    position = start + size;
    initialized += size;
  }
  headers.writeUInt16LE(count + added.length, coff + 2);
  headers.writeUInt32LE(initialized, optional + 8);
  headers.writeUInt32LE(align(address, sectionAlignment), optional + 56);
  headers.writeUInt32LE(0, optional + 64); // The checksum is not asked for.
  return Buffer.concat(parts);
}
