/** GUIDs as EFI stores them: the first three groups little-endian, the last two as written. */

const GUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** The 16 bytes of a GUID. @throws RangeError when the text is not a GUID: a bug in ven. */
export function guidBytes(text: string): Uint8Array {
  const groups = GUID.exec(text);
  if (!groups) throw new RangeError(`Not a GUID: ${text}`);
  const [first, second, third, ...rest] = groups.slice(1).map((group) => Buffer.from(group, 'hex'));
  return Buffer.concat(
    [first?.reverse(), second?.reverse(), third?.reverse(), ...rest].filter(
      (part) => part !== undefined,
    ),
  );
}

/** The text of 16 bytes at `offset`, in lower case. */
export function guidText(bytes: Uint8Array, offset = 0): string {
  const part = (from: number, to: number): Buffer =>
    Buffer.from(bytes.subarray(offset + from, offset + to));
  const groups = [
    part(0, 4).reverse(),
    part(4, 6).reverse(),
    part(6, 8).reverse(),
    part(8, 10),
    part(10, 16),
  ];
  return groups.map((group) => group.toString('hex')).join('-');
}
