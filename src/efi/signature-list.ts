/**
 * EFI_SIGNATURE_LIST (UEFI specification, 32.4.1): the form of certificates in firmware. One list
 * per certificate, since all signatures of a list must have the same size.
 */
import { guidBytes } from './guid.js';

const X509 = 'a5c059a1-94e4-4aa7-87b5-ab155c2bf072';
const LIST_HEADER = 28;
const OWNER = 16;

/**
 * The bytes of the lists of these DER certificates, in this order. `owner` is the GUID of their
 * owner.
 */
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
