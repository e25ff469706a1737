/** The certificate of BMCs: whether it still fits, and what tells it from others. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;

/** Both PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

/** As `selfSigned`, whose library is large, and needed once. */
export async function makeCertificate(
  commonName: string,
  names: readonly string[],
  now: Date,
): Promise<KeyPair> {
  const { selfSigned } = await import('./self-signed.js');
  return selfSigned(commonName, names, now);
}

/** It is one, fits its key, has all names, and lasts for another month. */
export function isUsable(
  { certificate, key }: KeyPair,
  names: readonly string[],
  now: Date,
): boolean {
  try {
    const read = new X509Certificate(certificate);
    return (
      read.checkPrivateKey(createPrivateKey(key)) &&
      read.validToDate.getTime() - now.getTime() > RENEW_DAYS * DAY_MS &&
      names.every((name) => (isIP(name) === 0 ? read.checkHost(name) : read.checkIP(name)))
    );
  } catch {
    return false;
  }
}

/** SHA-256, in pairs of hexadecimal digits with colons between. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}
