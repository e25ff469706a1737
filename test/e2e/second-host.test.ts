/** The second host of the tests is a real one, away from this machine, and can be lost. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes, Lab, lines, type Ran } from './lab.js';
import { SecondHost, type Loss } from './second-host.js';

let second: SecondHost;
let lab: Lab;

beforeAll(async () => {
  second = await SecondHost.up();
  lab = new Lab('second', second);
  lab.through = second.client;
});

afterAll(async () => {
  await second.bringBack();
  await lab.close();
  await second.close();
});

/** What a person gets there, within six seconds. */
function ask(): Pick<Ran, 'code' | 'stderr'> {
  const [file = '', ...words] = [...second.client, 'timeout', '6', 'virsh', '-c', second.uri];
  try {
    execFileSync(file, [...words, 'list'], { stdio: 'pipe', encoding: 'utf8' });
    return { code: 0, stderr: '' };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { code: status, stderr };
  }
}

it('runs a fleet that this machine does not see', async () => {
  lab.write(
    `${Lab.SMALL}networks: { lab: { subnet: auto } }\n` +
      'vms: [{ name: node, nics: [{ network: lab }] }]\n',
    `uri: '${second.uri}', accelerator: qemu`,
  );
  await lab.apply();
  expect(changes(await lab.plan())).toEqual([]);
  expect(await lab.domains('--state-running')).toEqual(['node']);
  expect(await lines('list', '--all', '--name')).not.toContain(lab.domain('node'));
});

const TIMED_OUT = 124;

it.each<[Loss, number, RegExp]>([
  ['packets-vanish', TIMED_OUT, /^$/],
  ['no-route', 1, /No route to host/],
  ['libvirtd-stopped', TIMED_OUT, /^$/],
  ['sshd-gone', 1, /Connection refused/],
  ['host-key-changed', 1, /HOST IDENTIFICATION HAS CHANGED/],
])('is lost and comes back: %s', async (loss, code, words) => {
  await second.lose(loss);
  const lost = ask();
  await second.bringBack();
  expect(lost.stderr).toMatch(words);
  expect(lost.code).toBe(code);
  await expect.poll(() => ask().code, { timeout: 10_000 }).toBe(0);
});
