/** A host that is away is said within 15 s, with its name and the cause; it comes back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes, Lab, type Ran } from './lab.js';
import { SecondHost, type Loss } from './second-host.js';

let second: SecondHost;
let lab: Lab;

beforeAll(async () => {
  second = await SecondHost.up();
  lab = new Lab('away', second, 'libvirt');
  lab.through = second.client;
  lab.write(
    `${Lab.SMALL}networks: { lab: { subnet: auto } }\n` +
      'vms: [{ name: node, nics: [{ network: lab }] }]\n',
    `uri: '${second.uri}', accelerator: qemu`,
  );
  await lab.apply();
});

afterAll(async () => {
  await second.bringBack();
  await lab.close();
  await second.close();
});

async function timed(...args: string[]): Promise<Ran & { seconds: number }> {
  const began = performance.now();
  const ran = await lab.ven(...args);
  return { ...ran, seconds: (performance.now() - began) / 1000 };
}

// A connection that is shared is there at first, in a new state folder there is none.
const CASES: [Loss, 'known' | 'new', RegExp][] = [
  ['packets-vanish', 'new', /does not answer: no packet came back/],
  ['packets-vanish', 'known', /does not answer: no packet came back/],
  ['no-route', 'known', /There is no way to|no packet came back/],
  ['no-route', 'new', /There is no way to/],
  ['libvirtd-stopped', 'known', /libvirt of .* does not answer: it hangs/],
  ['libvirtd-stopped', 'new', /libvirt of .* does not answer: it hangs/],
  ['sshd-gone', 'known', /refuses connections to its port 2222/],
  ['host-key-changed', 'known', /has another host key than before/],
];

it.each(CASES)('%s (%s)', async (loss, state, cause) => {
  if (state === 'new') lab.newStateDir();
  else await lab.plan();
  await second.lose(loss);
  const { code, stderr, seconds } = await timed('plan');
  await second.bringBack();
  expect(stderr).toMatch(cause);
  expect(stderr).toContain(second.address);
  expect(code).toBe(7);
  expect(seconds).toBeLessThan(15);
  await expect
    .poll(async () => (await lab.ven('plan')).code, { timeout: 40_000, interval: 1000 })
    .toBe(0);
  expect(changes(await lab.plan())).toEqual([]);
});

it('its VMs ran on meanwhile', async () => {
  expect(await lab.domains('--state-running')).toEqual(['node']);
});
