import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ATTRIBUTES,
  StoreError,
  writeVariables,
  type EfiVariable,
} from '../../../src/efi/index.js';
import { emptyStore, FIRST, readVariables } from '../../fake-host/variable-store.js';

const variable = (over: Partial<EfiVariable> = {}): EfiVariable => ({
  name: 'Color',
  vendor: '8be4df61-93ca-11d2-aa0d-00e098032b8c',
  attributes: ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService,
  data: Uint8Array.of(1, 2, 3),
  ...over,
});

const guid = fc.uuid();
const anyVariable = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9 _é中-]{1,40}$/),
  vendor: guid,
  attributes: fc.constantFrom(3, 7, 0x27),
  data: fc.uint8Array({ maxLength: 300 }),
});
const keyOf = (one: EfiVariable): string => `${one.vendor} ${one.name}`;

describe('writing variables', () => {
  it('lays a variable out byte for byte', () => {
    const file = writeVariables(emptyStore(), [
      variable({
        attributes: 0x27,
        timestamp: new Date('2026-03-04T05:06:07Z'),
        data: Uint8Array.of(0xab),
      }),
    ]);
    const record =
      'aa55' +
      '3f' +
      '00' +
      '27000000' +
      '0000000000000000' +
      'ea070304050607000000000000000000' +
      '00000000' +
      '0c000000' +
      '01000000';
    const vendor = '61dfe48bca93d211aa0d00e098032b8c';
    const name = '43006f006c006f0072000000';
    expect(Buffer.from(file).toString('hex', FIRST, FIRST + 73)).toBe(
      record + vendor + name + 'ab',
    );
    expect(file[FIRST + 73]).toBe(0xff);
  });

  it('begins each variable at a multiple of four', () => {
    const file = Buffer.from(
      writeVariables(emptyStore(), [
        variable({ data: Uint8Array.of(1) }),
        variable({ name: 'Shape' }),
      ]),
    );
    expect(file.readUInt16LE(FIRST + 76)).toBe(0x55aa);
    expect(file.toString('hex', FIRST + 73, FIRST + 76)).toBe('ffffff');
  });

  it('leaves the file that it was given as it was', () => {
    const file = emptyStore();
    writeVariables(file, [variable()]);
    expect(file).toEqual(emptyStore());
  });

  it('marks what it replaces as deleted, and keeps its bytes', () => {
    const once = writeVariables(emptyStore(), [variable(), variable({ name: 'Shape' })]);
    const twice = writeVariables(once, [variable({ data: Uint8Array.of(9) })]);
    expect(twice[FIRST + 2]).toBe(0x3d);
    // The firmware was replacing it itself when the power went.
    const halfway = Uint8Array.from(once).fill(0x3e, FIRST + 2, FIRST + 3);
    expect(writeVariables(halfway, [variable()])[FIRST + 2]).toBe(0x3c);
    expect(readVariables(twice).map((one) => [one.name, [...one.data]])).toEqual([
      ['Shape', [1, 2, 3]],
      ['Color', [9]],
    ]);
  });

  it('does not take two vendors’ variables of one name for the same', () => {
    const other = variable({ vendor: 'fd2340d0-3dab-4349-a6c7-3b4f12b48eae' });
    expect(
      readVariables(writeVariables(writeVariables(emptyStore(), [variable()]), [other])),
    ).toHaveLength(2);
  });

  it('reads back what it wrote, the last of each name and vendor, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.array(anyVariable, { maxLength: 12 }), fc.nat(12), (variables, split) => {
        const file = writeVariables(
          writeVariables(emptyStore(), variables.slice(0, split)),
          variables.slice(split),
        );
        const last = new Map(variables.map((one) => [keyOf(one), one]));
        expect(new Map(readVariables(file).map((one) => [keyOf(one), one]))).toEqual(last);
        const empty = emptyStore();
        expect(Buffer.from(file).subarray(0, FIRST)).toEqual(empty.subarray(0, FIRST));
        expect(Buffer.from(file).subarray(72 + 0x8000)).toEqual(empty.subarray(72 + 0x8000));
      }),
    );
  });

  it('refuses what does not fit, and one that the firmware could not have written', () => {
    const data = new Uint8Array(0x1e00);
    const full = writeVariables(
      emptyStore(),
      ['a', 'b', 'c', 'd'].map((name) => variable({ name, data })),
    );
    expect(() => writeVariables(full, [variable({ name: 'e', data })])).toThrow(StoreError);
    expect(() =>
      writeVariables(emptyStore(), [variable({ data: new Uint8Array(0x2000) })]),
    ).toThrow(/takes no variable of 8264 bytes/);
    expect(
      readVariables(
        writeVariables(emptyStore(0x3ffb8), [variable({ data: new Uint8Array(0x8000) })]),
      ),
    ).toHaveLength(1);
  });
});

describe('what is no variable store', () => {
  const breakages: [string, RegExp, (file: Buffer) => Buffer][] = [
    ['an empty file', /too short/, () => Buffer.alloc(0)],
    ['a file that is no volume', /does not begin/, () => Buffer.alloc(0x8000)],
    ['a volume of code', /not one of variables/, (file) => (file.fill(1, 16, 32), file)],
    ['a file that breaks off', /shorter/, (file) => file.subarray(0, 0x4000)],
    ['a damaged volume header', /checksum/, (file) => (file.writeUInt8(1, 44), file)],
    ['a store without authentication', /authenticated/, (file) => (file.fill(1, 72, 88), file)],
    [
      'a store longer than its volume',
      /wrong size/,
      (file) => (file.writeUInt32LE(0x80000, 88), file),
    ],
    [
      'a store that was left unhealthy',
      /half-written/,
      (file) => (file.writeUInt8(0xff, 93), file),
    ],
    [
      'something after the last variable',
      /no variable at byte 200/,
      (file) => (file.writeUInt8(0, 200), file),
    ],
    [
      'a variable longer than the store',
      /wrong size at byte 100/,
      (file) => {
        const written = Buffer.from(writeVariables(file, [variable()]));
        written.writeUInt32LE(0xffffffff, FIRST + 40);
        return written;
      },
    ],
  ];
  it.each(breakages)('is refused: %s', (_, message, broken) => {
    expect(() => writeVariables(broken(emptyStore()), [])).toThrow(StoreError);
    expect(() => writeVariables(broken(emptyStore()), [])).toThrow(message);
  });

  it('never fails in another way, whatever bytes are flipped', () => {
    const file = Buffer.from(
      writeVariables(emptyStore(), [variable(), variable({ name: 'Shape' })]),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 5 }), (flips) => {
        const broken = Buffer.from(file);
        for (const [at, value] of flips) broken[at] = value;
        try {
          writeVariables(broken, [variable({ data: Uint8Array.of(9) })]);
        } catch (error) {
          expect(error).toBeInstanceOf(StoreError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
