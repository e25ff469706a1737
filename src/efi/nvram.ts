/** The NVRAM of a VM: the firmware's template with certificates in it. */
import { signatureLists } from './signature-list.js';
import { ATTRIBUTES, writeVariables, type EfiVariable } from './variable-store.js';

/** The owner that is stored with each certificate. It names ven; firmware ignores it. */
export const OWNER = '7b8e4c52-0d7f-4f0b-9c3e-1a5d76656e31';

/**
 * Where edk2's HTTP driver looks for trusted certificates. Certificates enrolled in its menus have
 * the same attributes.
 */
const TLS_CA_CERTIFICATE = {
  name: 'TlsCaCertificate',
  vendor: 'fd2340d0-3dab-4349-a6c7-3b4f12b48eae',
  attributes: ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService,
};

const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const IMAGE_SECURITY = 'd719b2cb-3d3a-4596-a3bc-dad00e67656f';
/** The attributes of UEFI's secure boot databases: the firmware accepts only signed changes. */
const GUARDED =
  ATTRIBUTES.nonVolatile |
  ATTRIBUTES.bootService |
  ATTRIBUTES.runtime |
  ATTRIBUTES.timeAuthenticated;
/** A signed change must be later than the one before; so this is a moment in the distant past. */
const ENROLLED = new Date('2024-01-01T00:00:00Z');

/** The size of one variable in edk2's OVMF, less a page for its header and the rest. */
const MOST_BYTES = 32 * 1024;

/** Whether these DER certificates are larger than firmware allows. */
export function tooLargeForFirmware(certificates: readonly Uint8Array[]): boolean {
  return signatureLists(certificates, OWNER).length > MOST_BYTES;
}

export interface NvramCertificates {
  /** DER certificates of authorities that the firmware trusts when it boots over HTTPS. */
  caCertificates: readonly Uint8Array[];
  /**
   * DER certificates for secure boot; they replace those of the template. With a PK the firmware is
   * in user mode, and switches secure boot on. null, or absent: those of the template.
   */
  secureBoot?: { PK: Uint8Array; KEK: readonly Uint8Array[]; db: readonly Uint8Array[] } | null;
}

/** The template with the contents added. The same input gives the same bytes. @throws StoreError */
export function makeNvram(template: Uint8Array, contents: NvramCertificates): Uint8Array {
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
