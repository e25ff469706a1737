/**
 * Secure boot with keys that the fleet file names: through ven alone, a node boots what was signed
 * with them, and nothing else.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVariables } from '../fake-host/variable-store.js';
import {
  buildPayload,
  makeSigningKey,
  sign,
  startOrchestrator,
  type Orchestrator,
} from '../../stand-in/index.ts';
import { changes, Lab, sleep, virsh } from './lab.js';

const lab = new Lab('secure');
const dir = mkdtempSync(join(tmpdir(), 'ven-secure-'));
/** What the orchestrator serves now. */
const bootFile = join(dir, 'boot.efi');
let payload: string;
let orchestrator: Orchestrator;

const write = (firmware: string): void => {
  lab.write(`orchestrator: { domain: edge.test, caCertificate: ca.pem }
networks:
  lab:
    subnet: 10.243.${process.pid % 250}.0/24
    dns: { hosts: { ${orchestrator.address}: [${orchestrator.names.join(', ')}] } }
defaults: { cpus: 1, memory: 768MiB, disks: [{ size: 64MiB }], nics: [{ network: lab }],
  shutdownTimeout: 1s }
vms:
  - { name: own, firmware: ${firmware} }
  - { name: vendors, firmware: uefi-secure }
`);
};
const KEYS = '{ secureBoot: { PK: certs/PK.pem, db: [certs/db.pem] } }';

/** What `ven logs` shows of the last boot, once `text` is in it. */
async function logs(vm: string, text: RegExp, seconds: number): Promise<string> {
  let shown = '';
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(500)) {
    shown = (await lab.ven('logs', vm, '--since', 'boot')).stdout;
    if (text.test(shown)) return shown;
  }
  throw new Error(`ven logs ${vm} did not show ${text} within ${seconds} s:\n${shown}`);
}

beforeAll(async () => {
  payload = (await buildPayload()).efi;
  copyFileSync(payload, bootFile);
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    bootFile,
  });
  copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
  const certs = join(lab.dir, 'certs');
  await makeSigningKey(certs, 'PK');
  await makeSigningKey(certs, 'db');
});

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('secure boot', () => {
  it('with keys of one’s own, and with the vendor’s, refuses what nobody has signed', async () => {
    write(KEYS);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    const xml = await virsh('dumpxml', await lab.uuid('own'));
    expect(xml).toMatch(/<loader[^>]* secure='yes'/);
    expect(xml).toContain("<smm state='on'/>");
    for (const vm of ['own', 'vendors'])
      await logs(vm, /failed to load \S+ "UEFI HTTPv4 .*: Access Denied/, 150);
  });

  it('boots what a newly enrolled key has signed: one change with a restart', async () => {
    const other = await makeSigningKey(dir, 'other');
    await sign(payload, other, bootFile);
    copyFileSync(other.certificate, join(lab.dir, 'certs/db.pem'));
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.own update changed']);
    expect(plan.changes[0]?.fields?.map(({ path, effect }) => [path, effect])).toEqual([
      ['secureBoot', 'restart'],
    ]);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    expect(await logs('own', /node: Ready/, 150)).toMatch(/node: Secure Boot Status: on/);
    // The firmware has written to its variables by now.
    expect(changes(await lab.plan())).toEqual([]);
    const nvram = await virsh('vol-path', `${lab.domain('own')}-nvram.fd`, '--pool', 'default');
    const names = readVariables(readFileSync(nvram)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['PK', 'KEK', 'db', 'TlsCaCertificate']));
  });

  it('goes back to the vendor’s keys without another machine', async () => {
    write('uefi-secure');
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.own update changed']);
    expect(
      plan.changes[0]?.fields?.map(({ path, after, effect }) => [path, after, effect]),
    ).toEqual([['secureBoot', "the vendor's keys", 'restart']]);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
    const own = lab.domain('own');
    const all = readdirSync('/var/lib/libvirt/qemu/nvram');
    expect(all.filter((name) => name.startsWith(own))).toEqual([]);
  });

  it('names what is wrong with a key file, at its place', async () => {
    write('{ secureBoot: { keys: certs/db.key } }');
    const { code, stderr } = await lab.ven('apply', '--yes');
    expect(code).toBe(3);
    expect(stderr).toMatch(/holds a private key \(certs\/db\.key\)/);
    expect(stderr).toMatch(/fleet\.yaml:12:/);
    expect(await lab.leftovers()).toEqual([]);
    write(KEYS);
  });
});
