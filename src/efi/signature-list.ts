/**
 * EFI_SIGNATURE_LIST (UEFI specification, 32.4.1): how firmware is given certificates. One list for each certificate, since all
 * signatures of a list must have the same size.
 */
import { guidBytes, guidText } from './guid.js';

const X509 = 'a5c059a1-94e4-4aa7-87b5-ab155c2bf072';
const LIST_HEADER = 28;
const OWNER = 16;

/** The bytes of the lists of these DER certificates, in this order. `owner` is the GUID of who put them there. */
export function signatureLists(certificates: readonly Uint8Array[], owner: string): Uint8Array {
  return Buffer.concat(
    certificates.map((der) => {
      const header = Buffer.alloc(LIST_HEADER);
      header.set(guidBytes(X509));
      header.writeUInt32LE(LIST_HEADER + OWNER + der.length, 16);
      header.writeUInt32LE(0, 20);
      header.writeUInt32LE(OWNER + der.length, 24);
      return Buffer.concat([header, guidBytes(owner), der]);
    }),
  );
}

/** The DER certificates in lists, whoever made them. @throws RangeError when a size is wrong. */
export function certificatesOf(lists: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(lists);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + LIST_HEADER > bytes.length) throw new RangeError('A signature list ends within its header');
    const [size, header, each] = [16, 20, 24].map((offset) => bytes.readUInt32LE(at + offset)) as [number, number, number];
    const first = at + LIST_HEADER + header;
    if (each <= OWNER || size < LIST_HEADER + header + each || at + size > bytes.length)
      throw new RangeError('A signature list has a wrong size');
    if ((size - LIST_HEADER - header) % each !== 0) throw new RangeError('A signature list holds a part of a signature');
    if (guidText(bytes, at) === X509) {
      for (let one = first; one < at + size; one += each) found.push(bytes.subarray(one + OWNER, one + each));
    }
    at += size;
  }
  return found;
}
