/** The laws, for any fleet after any other, killed and disturbed anywhere. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { domainName } from '../../src/host/index.js';
import { EXIT, type ResolvedFleet } from '../../src/model/index.js';
import { parseXml } from '../../src/xml/index.js';
import { DESTROY, type Lab } from '../fake-host/index.js';
import { inhabited } from './inhabited.js';

const disk = fc.record({
  size: fc.constantFrom('1GiB', '2GiB', '1537MiB'),
  bus: fc.constantFrom('sata', 'virtio', 'scsi'),
  pool: fc.constantFrom('default', 'fast'),
});
/** 0 and 1: a network of the fleet's own. */
const nic = fc.record({ on: fc.constantFrom(0, 1, 'shared', 'virbr0'), model: fc.constantFrom('virtio', 'e1000') });
const vm = fc.record(
  {
    cpus: fc.integer({ min: 1, max: 3 }),
    memory: fc.constantFrom('512MiB', '1GiB'),
    disks: fc.array(disk, { maxLength: 3 }),
    firmware: fc.constantFrom('uefi', 'bios'),
    tpm: fc.boolean(),
    boot: fc.constantFrom(['disk', 'network'], ['network', 'disk'], ['network']),
    nics: fc.oneof(fc.constantFrom('default', 'per-vm'), fc.array(nic, { maxLength: 3 })),
    autostart: fc.boolean(),
    power: fc.constantFrom('running', 'off'),
    title: fc.constantFrom('one', ']]> & <two>'),
    description: fc.constantFrom('', '"#{three}"\nfour'),
    graphics: fc.constantFrom('none', 'vnc'),
  },
  { requiredKeys: [] },
);
const fleet = fc
  .record({
    accelerator: fc.constantFrom('auto', 'kvm', 'qemu'),
    own: fc.constantFrom(['lab'], ['lab', 'dmz'], ['dmz', 'lab']),
    subnets: fc.constantFrom('auto', ...[150, 151, 152]),
    mode: fc.constantFrom('nat', 'isolated'),
    alias: fc.constantFrom('one', 'two'),
    vms: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), vm), { minLength: 1, maxLength: 3, selector: ([name]) => name }),
  })
  .map(({ accelerator, own, subnets, mode, alias, vms }): ResolvedFleet => {
    const source = (on: number | string): object => (on === 'virbr0' ? { bridge: on } : { network: typeof on === 'string' ? on : own[on % own.length] });
    const networks = own.map((name, index): [string, object] => {
      const third = typeof subnets === 'number' ? subnets + index : 0;
      return [name, third === 0 ? { mode } : { mode, subnet: `192.168.${third}.0/24`, dns: { hosts: { [`192.168.${third}.1`]: [alias] } } }];
    });
    const text = {
      apiVersion: 'ven/v1',
      fleet: 'lab',
      host: { accelerator },
      networks: { ...(Object.fromEntries(networks) as object), shared: { existing: 'default' } },
      vms: vms.map(([name, { nics, ...rest }]) => ({
        name,
        ...rest,
        ...(nics === undefined ? {} : { nics: typeof nics === 'string' ? nics : nics.map(({ on, model }) => ({ ...source(on), model })) }),
      })),
    };
    return loadFleet(JSON.stringify(text), { file: 'fleet.yaml' });
  });

/** What a person may do to the fleet's things with virsh, to the `which`-th of them. */
const deed = fc.record({
  what: fc.constantFrom('power off', 'pause', 'crash', 'lose NVRAM', 'lose a volume', 'stop a network', 'restart a network', 'fewer CPUs'),
  which: fc.nat(5),
});

function disturb({ host }: Lab, { what, which }: { what: string; which: number }): void {
  const pick = <T>(things: Iterable<T>): T | undefined => {
    const all = [...things];
    return all[which % Math.max(1, all.length)];
  };
  const named = (xml: string | null | undefined): boolean => domainName(parseXml(xml ?? '<none/>')).startsWith('lab_');
  const domain = pick([...host.domains].filter(([, { config }]) => named(config)));
  const network = pick([...host.networks].filter(([, { xml, active }]) => active && named(xml)));
  const running = domain !== undefined && domain[1].live !== null;
  if (what === 'power off' && domain) host.powerOff(domain[0]);
  if (what === 'pause' && running) host.pause(domain[0]);
  if (what === 'crash' && running) host.crash(domain[0]);
  if (what === 'fewer CPUs' && domain) host.edit(domain[0], (xml) => xml.replace(/<vcpu>\d+</, '<vcpu>1<'));
  if (what === 'lose NVRAM') host.nvrams.delete(pick([...host.nvrams].filter((path) => path.includes('/lab_'))) ?? '');
  if (what === 'lose a volume') {
    const lost = pick([...(host.storage.pools.get('default')?.volumes.keys() ?? [])].filter((volume) => volume.startsWith('lab_')));
    if (lost !== undefined) host.storage.delete('default', lost);
  }
  if (what === 'stop a network' && network) host.stopNetwork(network[0]);
  if (what === 'restart a network' && network) host.restartNetwork(network[0]);
}

async function start(): Promise<Lab> {
  const lab = await inhabited();
  lab.host.storage.addPool('fast');
  lab.host.addForeignVolume('fast', 'theirs.qcow2');
  return lab;
}

test('from any fleet to any other, killed and disturbed on the way: one apply that runs to its end leads there', async () => {
  await fc.assert(
    fc.asyncProperty(fleet, fleet, fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 30 }), fc.option(deed)), { maxLength: 3 }), async (a, b, kills) => {
      const lab = await start();
      const foreign = lab.foreign(a);
      await lab.apply(a);
      for (const [back, n, byHand] of kills) {
        await lab.applyKilled(n, back ? a : b);
        if (byHand !== null) disturb(lab, byHand);
      }
      expect((await lab.apply(b)).result.exitCode).toBe(EXIT.done);
      const { changes } = lab.host;
      expect(await lab.plan(b)).toMatchObject({ changes: [], steps: [] });
      await lab.apply(b);
      expect(lab.host.changes).toBe(changes);
      expect(lab.foreign(b)).toEqual(foreign);
      const made = [...lab.host.domains.values()].map(({ config }) => domainName(parseXml(config ?? '')));
      expect(made.filter((name) => name.startsWith('lab_')).sort()).toEqual(b.vms.map(({ domain }) => domain).sort());
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('destroy leaves what is not ours, and nothing else, from wherever other runs ended', async () => {
  await fc.assert(
    fc.asyncProperty(fleet, fleet, fc.integer({ min: 1, max: 30 }), fc.option(deed), fc.integer({ min: 1, max: 12 }), async (a, b, n, byHand, m) => {
      const lab = await start();
      const before = lab.everything();
      await lab.apply(a);
      await lab.applyKilled(n, b);
      if (byHand !== null) disturb(lab, byHand);
      await lab.applyKilled(m, b, DESTROY);
      expect((await lab.apply(b, DESTROY)).result.exitCode).toBe(EXIT.done);
      expect(lab.everything()).toEqual(before);
    }),
    { numRuns: 80 },
  );
}, 60_000);
