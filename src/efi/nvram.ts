/** The NVRAM of a VM: a template of the firmware's with certificates in it. */
import { signatureLists } from './signature-list.js';
import { ATTRIBUTES, writeVariables } from './variable-store.js';

/** The owner written beside each certificate; it names ven, and firmware does not look at it. */
export const OWNER = '7b8e4c52-0d7f-4f0b-9c3e-1a5d76656e31';

/** Where edk2's HTTP driver looks for the certificates that it trusts; enrolled in its menus it has the same attributes. */
const TLS_CA_CERTIFICATE = {
  name: 'TlsCaCertificate',
  vendor: 'fd2340d0-3dab-4349-a6c7-3b4f12b48eae',
  attributes: ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService,
};

/** What edk2's OVMF takes in one variable, less a page for its header and whatever else. */
const MOST_BYTES = 32 * 1024;

/** Whether these DER certificates are more than firmware can hold. */
export function tooLargeForFirmware(certificates: readonly Uint8Array[]): boolean {
  return signatureLists(certificates, OWNER).length > MOST_BYTES;
}

export interface NvramContents {
  /** DER certificates of authorities that the firmware trusts when it boots over HTTPS. */
  caCertificates: readonly Uint8Array[];
}

/** The template with the contents added; the same input gives the same bytes. @throws StoreError */
export function makeNvram(template: Uint8Array, contents: NvramContents): Uint8Array {
  const { caCertificates } = contents;
  const variables = caCertificates.length > 0 ? [{ ...TLS_CA_CERTIFICATE, data: signatureLists(caCertificates, OWNER) }] : [];
  return writeVariables(template, variables);
}
