/** What docs/fleet-file.md says that a change costs is what a plan says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CHANGES, OTHER_CHANGES, type Cost, type Part } from '../../../scripts/docs/costs.js';
import { costOf, sections } from '../../../scripts/docs/fleet-file.js';
import { loadFleet } from '../../../src/config/index.js';
import type { Plan, ResolvedFleet } from '../../../src/model/index.js';
import { Lab } from '../../fake-host/index.js';

const ROOT = join(import.meta.dirname, '../../..');
const CASES = Object.entries(CHANGES).flatMap(([key, changes]) =>
  changes.map(({ what, ...change }) => ({
    name: [key, what].filter(Boolean).join(', '),
    ...change,
  })),
);

/** A VM that has little, on a network of the fleet's own. */
function fleetOf({ vm, network, host, ...parts }: Part): ResolvedFleet {
  const lab = { subnet: '192.168.150.0/24', ...network };
  const small = { name: 'a', cpus: 1, memory: '1GiB', disks: [{ size: '2GiB' }] };
  const text = stringify({
    apiVersion: 'ven/v1',
    fleet: 'lab',
    host: { accelerator: 'qemu', ...host },
    networks: { lab, dmz: { subnet: '192.168.151.0/24' } },
    ...parts,
    vms: [{ ...small, nics: [{ network: 'lab' }], ...vm }],
  });
  const readFile = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  return loadFleet(text, {
    file: 'fleet.yaml',
    surroundings: { readFile, now: new Date('2026-11-22') },
  });
}

function effectOf({ changes, refused }: Plan): Cost {
  if (refused.length > 0) throw new Error(refused.map(({ summary }) => summary).join());
  if (changes.length === 0) return 'nothing';
  const of = (wanted: 'vm' | 'network', action: string): boolean =>
    changes.some(
      ({ address, ...change }) => address.startsWith(`${wanted}.`) && change.action === action,
    );
  if (of('network', 'replace')) return 'rebuild';
  if (of('vm', 'delete')) return 'another';
  if (of('vm', 'create')) return 'create';
  if (of('vm', 'replace')) return 'replace';
  const effects = changes.flatMap((change) =>
    change.action === 'update' ? change.fields.map(({ effect }) => effect) : [],
  );
  return effects.includes('restart') ? 'restart' : 'live';
}

it.each(CASES)('$name', async ({ before = {}, after, cost }) => {
  const lab = Lab.bare();
  lab.host.storage.addPool('fast');
  const { result } = await lab.apply(fleetOf(before));
  expect(result.exitCode).toBe(0);
  expect(effectOf(await lab.plan(fleetOf(after)))).toBe(cost);
});

/** Maps, whose keys have each their own. */
const GROUPS = [
  'host',
  'hosts',
  'engine',
  'orchestrator',
  'networks',
  'defaults',
  'vms',
  'host.vagrant',
];

it('is known of every key, and of nothing else', () => {
  const keys = sections().flatMap(({ keys }) => keys.map(({ path }) => path));
  expect(keys.filter((path) => costOf(path) === null)).toEqual(GROUPS);
  const named = [...Object.keys(CHANGES), ...Object.keys(OTHER_CHANGES)];
  expect(named.filter((path) => !keys.includes(path))).toEqual([]);
});
