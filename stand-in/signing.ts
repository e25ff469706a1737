/** Keys for secure boot of a test's own, and the payload signed with one. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, digest, once } from './cache.ts';
import { one, unpack } from './packages.ts';
import { run } from './run.ts';

export interface SigningKey {
  /** Paths, PEM; the certificate is its own issuer, as firmware takes it for PK, KEK and db. */
  key: string;
  certificate: string;
}

/** A new key `<name>.key` with its certificate `<name>.pem` in the folder. */
export async function makeSigningKey(dir: string, name: string): Promise<SigningKey> {
  mkdirSync(dir, { recursive: true });
  const [key, certificate] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '365',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  return { key, certificate };
}

/**
 * Signs an EFI program into the file `to`. The first time fetches sbsign as a package, without
 * installing it.
 */
export async function sign(
  efi: string,
  { key, certificate }: SigningKey,
  to: string,
): Promise<void> {
  const cache = cacheDir();
  const tools = await once(join(cache, `signing-${digest('sbsigntool')}`), async (dir) => {
    const place = await unpack([{ name: 'sbsigntool' }], cache);
    copyFileSync(one(place, 'usr/bin/sbsign'), join(dir, 'sbsign'));
    rmSync(place, { recursive: true, force: true });
  });
  await run(join(tools, 'sbsign'), ['--key', key, '--cert', certificate, '--output', to, efi]);
}
