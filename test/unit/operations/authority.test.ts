/** The authority of an orchestrator that is known by a fingerprint, against the stand-in. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orchestratorAuthority } from '../../../src/operations/index.js';
import { fetchAuthority } from '../../../src/orchestrator/index.js';
import { makeAuthority } from '../../../stand-in/authority.ts';
import { startOrchestrator, type Orchestrator } from '../../../stand-in/index.ts';
import { PORTS, type Ports } from '../../../src/operations/ports.js';

const dir = mkdtempSync(join(tmpdir(), 'ven-authority-'));
const file = join(dir, 'fleet.yaml');
/** The one sends its own certificate alone, the other its authority's, too. */
let alone: Orchestrator;
let both: Orchestrator;

const start = (name: string, sendsAuthority: boolean): Promise<Orchestrator> =>
  startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, name),
    bootFile: file,
    loopback: true,
    sendsAuthority,
  });
/** A fleet file names no port. */
const portsTo = (port: number): Ports => ({
  ...PORTS,
  fetchAuthority: (url, ...rest) => fetchAuthority(at(url, port), ...rest),
});
const at = (url: URL, port: number): URL => {
  const there = new URL(url);
  there.port = String(port);
  return there;
};
const fetched = (port: number, fingerprint: string, out?: string): Promise<string> =>
  orchestratorAuthority({ file, env: {}, ports: portsTo(port), fingerprint, out });
const ofFile = (path: string): X509Certificate => new X509Certificate(readFileSync(path));
const plain = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase();
const seenBy = (orchestrator: Orchestrator): unknown[] =>
  orchestrator.entries().flatMap(({ path }) => path ?? []);

beforeAll(async () => {
  writeFileSync(
    file,
    `apiVersion: ven/v1
fleet: lab
orchestrator: { domain: edge.test, caCertificate: not-there-yet.pem }
networks: { lab: { subnet: 10.9.0.0/24,
  dns: { hosts: { 127.0.0.1: [tinkerbell-haproxy.edge.test] } } } }
vms: [{ name: a, nics: [{ network: lab }] }]
`,
  );
  [alone, both] = [await start('alone', false), await start('both', true)];
});
afterAll(async () => {
  await Promise.all([alone.close(), both.close()]);
  rmSync(dir, { recursive: true });
});

describe('the certificate of the orchestrator’s authority', () => {
  it('is taken from what the server shows, by its fingerprint in any spelling', async () => {
    const ca = ofFile(both.caCertificate);
    const out = join(dir, 'ca.pem');
    expect(await fetched(both.port, ca.fingerprint256, out)).toBe(ca.toString());
    expect(readFileSync(out, 'utf8')).toBe(ca.toString());
    expect(statSync(out).mode & 0o044).not.toBe(0);
    expect(await fetched(both.port, `SHA256:${plain(ca)}`)).toBe(ca.toString());
  });

  it('is read from the server that is known by its own certificate', async () => {
    const refused: unknown = await fetched(alone.port, '0'.repeat(64)).catch((e: unknown) => e);
    const own = /SHA-256 ([0-9a-f]{64}), not 0{64}$/.exec((refused as Error).message)?.[1] ?? '';
    expect(await fetched(alone.port, own)).toBe(ofFile(alone.caCertificate).toString());
    expect(seenBy(alone)).toContain('/tink-stack/keys/Full_server.crt');
  });

  it('is refused where no certificate has the fingerprint, and nothing was sent', async () => {
    const before = seenBy(both).length;
    const out = join(dir, 'refused.pem');
    const other = plain(ofFile(alone.caCertificate));
    await expect(fetched(both.port, other, out)).rejects.toMatchObject({
      code: 'wrong-fingerprint',
      exitCode: 6,
      summary: expect.stringMatching(new RegExp(`[0-9a-f]{64}, not ${other}$`)) as string,
      detail: expect.stringContaining(plain(ofFile(both.caCertificate))) as string,
    });
    expect(seenBy(both)).toHaveLength(before);
    expect(existsSync(out)).toBe(false);
  });

  it('is refused where somebody shows it, and has no certificate of it', async () => {
    const theirs = await makeAuthority(join(dir, 'theirs'), { name: 'Theirs' });
    const { key, cert } = await theirs.issue(['tinkerbell-haproxy.edge.test']);
    const ca = ofFile(both.caCertificate);
    const sent: Buffer[] = [];
    const server = createServer({ key, cert: cert + ca.toString() }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data: Buffer) => sent.push(data));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(fetched(port, plain(ca))).rejects.toMatchObject({
      code: expect.stringMatching(/^(wrong-fingerprint|orchestrator-unreachable)$/) as string,
    });
    expect(sent).toEqual([]);
    server.close();
  });

  it('is refused where what the server sends is no authority: ven would not trust it', async () => {
    const theirs = await makeAuthority(join(dir, 'whole'), { name: 'Whole' });
    const { key, cert } = await theirs.issue(['tinkerbell-haproxy.edge.test']);
    const server = createHttps({ key, cert }, (_, answer) => answer.end(cert));
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const out = join(dir, 'part.pem');
    await expect(fetched(port, plain(new X509Certificate(cert)), out)).rejects.toMatchObject({
      code: 'orchestrator-refused',
      summary: expect.stringContaining('does not send the authority') as string,
      hint: expect.stringContaining('the file of its authority') as string,
    });
    expect(existsSync(out)).toBe(false);
    server.close();
  });

  it('needs a whole fingerprint', async () => {
    await expect(fetched(both.port, 'ab:cd')).rejects.toMatchObject({ code: 'usage' });
  });
});
