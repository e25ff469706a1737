/**
 * A certificate authority in a folder: `ca.pem` and its key, and server certificates for given host
 * names. The authority stays the same as long as the folder does, so that a fleet file may name its
 * certificate.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { run } from './run.ts';

export interface Authority {
  /** Path of the authority's certificate, PEM: what a fleet file's `caCertificate` names. */
  caCertificate: string;
  /** A certificate (with key, both PEM text) for these DNS names and addresses. */
  issue(names: readonly string[]): Promise<{ key: string; cert: string }>;
}

const KEY = ['-newkey', 'rsa:2048', '-nodes'];

/** Whether an earlier run left an authority that lasts for another day. */
function lasts(file: string): boolean {
  try {
    return Date.parse(new X509Certificate(readFileSync(file)).validTo) > Date.now() + 86_400_000;
  } catch {
    return false;
  }
}

/** Makes the folder's authority, or reads the existing one; `days`: how long a new one is valid. */
export async function makeAuthority(
  dir: string,
  { name = 'Stand-in CA', days = 365 } = {},
): Promise<Authority> {
  mkdirSync(dir, { recursive: true }); // openssl writes keys with mode 0600.
  const [caCertificate, caKey] = [join(dir, 'ca.pem'), join(dir, 'ca.key')];
  if (!lasts(caCertificate)) {
    const asCa = [
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
    ];
    await run('openssl', [
      'req',
      '-x509',
      ...KEY,
      '-days',
      `${days}`,
      '-subj',
      `/CN=${name}`,
      ...asCa,
      '-keyout',
      caKey,
      '-out',
      caCertificate,
    ]);
  }
  return {
    caCertificate,
    async issue(names) {
      const [key, request, extensions, cert] = ['key', 'csr', 'ext', 'pem'].map((end) =>
        join(dir, `server.${end}`),
      ) as [string, string, string, string];
      const hosts = names.map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`);
      writeFileSync(extensions, `subjectAltName=${hosts.join(',')}\nextendedKeyUsage=serverAuth\n`);
      await run('openssl', [
        'req',
        '-new',
        ...KEY,
        '-subj',
        `/CN=${names[0] ?? name}`,
        '-keyout',
        key,
        '-out',
        request,
      ]);
      const sign = [
        '-CA',
        caCertificate,
        '-CAkey',
        caKey,
        '-CAcreateserial',
        '-days',
        `${days}`,
        '-extfile',
        extensions,
      ];
      await run('openssl', ['x509', '-req', '-in', request, ...sign, '-out', cert]);
      const issued = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
      for (const file of [key, request, extensions, cert]) rmSync(file);
      return issued;
    },
  };
}
