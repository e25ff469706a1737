/** The NVRAM of a VM: a template of the firmware's with certificates in it. */
import { signatureLists } from './signature-list.js';
import { ATTRIBUTES, writeVariables, type EfiVariable } from './variable-store.js';

/** The owner written beside each certificate; it names ven, and firmware does not look at it. */
export const OWNER = '7b8e4c52-0d7f-4f0b-9c3e-1a5d76656e31';

/** Where edk2's HTTP driver looks for the certificates that it trusts; enrolled in its menus it has the same attributes. */
const TLS_CA_CERTIFICATE = {
  name: 'TlsCaCertificate',
  vendor: 'fd2340d0-3dab-4349-a6c7-3b4f12b48eae',
  attributes: ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService,
};

const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const IMAGE_SECURITY = 'd719b2cb-3d3a-4596-a3bc-dad00e67656f';
/** Of UEFI's secure boot databases: the firmware takes a change only when it is signed. */
const GUARDED =
  ATTRIBUTES.nonVolatile |
  ATTRIBUTES.bootService |
  ATTRIBUTES.runtime |
  ATTRIBUTES.timeAuthenticated;
/** A signed change must be later than what it changes; so this is any moment that has long passed. */
const ENROLLED = new Date('2024-01-01T00:00:00Z');

/** What edk2's OVMF takes in one variable, less a page for its header and whatever else. */
const MOST_BYTES = 32 * 1024;

/** Whether these DER certificates are more than firmware can hold. */
export function tooLargeForFirmware(certificates: readonly Uint8Array[]): boolean {
  return signatureLists(certificates, OWNER).length > MOST_BYTES;
}

export interface NvramContents {
  /** DER certificates of authorities that the firmware trusts when it boots over HTTPS. */
  caCertificates: readonly Uint8Array[];
  /**
   * DER certificates for secure boot, in place of any in the template. With a PK the firmware is in user mode, and switches secure
   * boot on by itself. null, or absent: as in the template.
   */
  secureBoot?: { PK: Uint8Array; KEK: readonly Uint8Array[]; db: readonly Uint8Array[] } | null;
}

/** The template with the contents added; the same input gives the same bytes. @throws StoreError */
export function makeNvram(template: Uint8Array, contents: NvramContents): Uint8Array {
  const { caCertificates, secureBoot = null } = contents;
  const variables: EfiVariable[] = [];
  if (caCertificates.length > 0)
    variables.push({ ...TLS_CA_CERTIFICATE, data: signatureLists(caCertificates, OWNER) });
  if (secureBoot !== null) {
    const guarded = (
      name: string,
      vendor: string,
      certificates: readonly Uint8Array[],
    ): EfiVariable => {
      return {
        name,
        vendor,
        attributes: GUARDED,
        data: signatureLists(certificates, OWNER),
        timestamp: ENROLLED,
      };
    };
    variables.push(
      guarded('db', IMAGE_SECURITY, secureBoot.db),
      guarded('KEK', GLOBAL, secureBoot.KEK),
      guarded('PK', GLOBAL, [secureBoot.PK]),
    );
  }
  return writeVariables(template, variables);
}
