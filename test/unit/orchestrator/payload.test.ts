import { describe, expect, it } from 'vitest';
import { cpio, FILE, FOLDER } from '../../../stand-in/cpio.ts';
import { unifiedImage } from '../../../stand-in/unified-image.ts';

/**
 * Headers of a 64-bit PE file with one section of 0x200 bytes at 0x400 of the file and 0x4000 of
 * memory.
 */
function stub(sizeOfHeaders = 0x400): Buffer {
  const file = Buffer.alloc(0x600, 0xcc);
  file.fill(0, 0, 0x400);
  const [pe, optional, table] = [0x80, 0x98, 0x188];
  file.writeUInt32LE(pe, 0x3c);
  file.write('PE\0\0', pe, 'latin1');
  file.writeUInt16LE(1, pe + 6);
  file.writeUInt16LE(table - optional, pe + 20);
  file.writeUInt16LE(0x20b, optional);
  file.writeUInt32LE(512, optional + 32);
  file.writeUInt32LE(512, optional + 36);
  file.writeUInt32LE(0x4200, optional + 56);
  file.writeUInt32LE(sizeOfHeaders, optional + 60);
  file.write('.text', table, 'latin1');
  return file;
}

interface Found {
  name: string;
  address: number;
  content: Buffer;
}

/** The added sections as a loader finds them. */
function added(image: Buffer): Found[] {
  return Array.from({ length: image.readUInt16LE(0x86) - 1 }, (_, index) => {
    const header = 0x188 + 40 * (index + 1);
    const [size, address, , start] = [8, 12, 16, 20].map((at) =>
      image.readUInt32LE(header + at),
    ) as [number, number, number, number];
    return {
      name: image.toString('latin1', header, header + 8).replace(/\0+$/, ''),
      address,
      content: image.subarray(start, start + size),
    };
  });
}

describe('unifiedImage', () => {
  const sections = [
    { name: '.cmdline', content: Buffer.from('console=ttyS0') },
    { name: '.linux', content: Buffer.alloc(5000, 1) },
    { name: '.initrd', content: Buffer.alloc(100, 2) },
  ];

  it('adds the parts as sections, each on pages of its own behind the stub', () => {
    const image = unifiedImage(stub(), sections);
    const found = added(image);
    expect(found.map(({ name, content }) => ({ name, content }))).toEqual(sections);
    expect(found.map(({ address }) => address)).toEqual([0x5000, 0x6000, 0x8000]);
    expect(image.readUInt32LE(0x98 + 56)).toBe(0x9000);
    expect(image.length % 512).toBe(0);
  });

  it('leaves the stub’s own code as it was', () => {
    expect(unifiedImage(stub(), sections).subarray(0x400, 0x600)).toEqual(
      stub().subarray(0x400, 0x600),
    );
  });

  it('begins with code that says a text and goes on to the stub, when it is given one', () => {
    const plain = stub();
    plain.writeUInt32LE(0x4010, 0x98 + 16);
    const image = unifiedImage(plain, sections, 'ok\n');
    const [says, ...rest] = added(image);
    expect(rest.map(({ name, content }) => ({ name, content }))).toEqual(sections);
    const { address, content } = says as Found;
    expect(image.readUInt32LE(0x98 + 16)).toBe(address);
    const text = content.readInt32LE(13) + 17;
    expect(content.toString('utf16le', text)).toBe('ok\r\n\0');
    // The jump is the last of the code; its distance counts from its end.
    expect(content[text - 5]).toBe(0xe9);
    expect(address + text + content.readInt32LE(text - 4)).toBe(0x4010);
  });

  it('refuses a stub without room for the headers, and what is no PE file', () => {
    expect(() => unifiedImage(stub(0x200), sections)).toThrow('no room');
    expect(() => unifiedImage(Buffer.alloc(0x400), sections)).toThrow('no PE file');
  });
});

describe('cpio', () => {
  it('writes newc headers, names and contents on boundaries of four bytes, and the trailer', () => {
    const archive = cpio([
      { path: 'etc', mode: FOLDER },
      { path: 'etc/a', mode: FILE, content: Buffer.from('hello') },
    ]);
    const text = archive.toString('latin1');
    expect(text.slice(0, 6 + 8 * 2)).toBe(`070701${'00000001'}${'000041ed'}`);
    const second = text.indexOf('070701', 6);
    expect(second % 4).toBe(0);
    expect(text.slice(second + 6 + 8 * 6, second + 6 + 8 * 7)).toBe('00000005');
    expect(text.slice(second + 110, second + 110 + 6 + 8)).toBe('etc/a\0hello\0\0\0');
    expect(text.endsWith('TRAILER!!!\0\0\0\0')).toBe(true);
    expect(archive.length % 4).toBe(0);
  });
});
