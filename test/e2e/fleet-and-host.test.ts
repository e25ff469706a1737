/** A fleet file from a folder or standard input; a host named by the environment or a flag. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lab } from './lab.js';
import { PrivateHost } from './private-host.js';

const lab = new Lab('front');
let other: PrivateHost;
beforeAll(async () => {
  lab.write(`${Lab.SMALL}vms: [{ name: a, nics: [] }]\n`);
  other = await PrivateHost.up();
});
afterAll(async () => {
  await lab.close();
  await other.close();
});

/** A pipe into ven. */
const piped = (words: string) =>
  lab.host.run(
    ...['env', '-C', lab.dir, `XDG_STATE_HOME=${lab.stateDir}`, 'sh', '-c'],
    `cat fleet.yaml | "${lab.program}" ${words}`,
  );

it('is applied from a folder, and matches from standard input', async () => {
  expect((await lab.ven('apply', '--yes', '.')).code).toBe(0);
  expect(await piped('plan -')).toMatchObject({
    code: 0,
    stdout: 'No changes. The host matches <stdin>.\n',
  });
  expect((await piped('destroy -')).code).toBe(6);
});

it('is on the host that was named, and on no other; a saved plan belongs to it', async () => {
  const there = `qemu+unix:///system?socket=${join(other.dir, 'run', 'libvirt-sock')}`;
  lab.env = { LIBVIRT_DEFAULT_URI: there };
  const planned = await lab.ven('plan', '--out', 'there.plan');
  expect(planned.stdout).toContain(`ven will change on ${there} (from LIBVIRT_DEFAULT_URI), for`);
  lab.env = {};
  expect((await lab.ven('plan')).stdout).toContain('No changes.');
  const stale = await lab.ven('apply', '--yes', '--plan', 'there.plan');
  expect([stale.code, stale.stderr]).toEqual([6, expect.stringContaining('is for the host')]);
  const flag = await lab.ven('status', 'a', '--json', '--connect', there);
  expect(JSON.parse(flag.stdout)).toMatchObject({ host: there, vms: [{ power: 'missing' }] });
  expect((await lab.ven('status', 'a', '--json')).stdout).toContain('"power": "running"');
});
