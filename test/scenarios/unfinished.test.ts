/** A run that was killed while it restarted a foreign network, and what other fleets do then. */
import { expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import type { Plan, ResolvedFleet } from '../../src/model/index.js';
import { Lab } from '../fake-host/index.js';

const fleetOf = (name: string, body: string): ResolvedFleet =>
  loadFleet(`apiVersion: ven/v1\nfleet: ${name}\n${body}`, { file: 'fleet.yaml' });
const vm = (nics: string): string =>
  `defaults: { firmware: bios, boot: [disk], tpm: false }\nvms: [{ name: edge, nics: ${nics} }]\n`;
const BORROWER = fleetOf(
  'borrower',
  'orchestrator: { bootUrl: "http://boot.lab.test/a.efi" }\n' +
    'networks: { shared: { existing: default, httpBoot: true } }\n' +
    'vms: [{ name: edge, nics: [{ network: shared }] }]\n',
);
const NEIGHBOUR = fleetOf('neighbour', vm('default'));
const ELSEWHERE = fleetOf('elsewhere', vm('[]'));

/** A foreign VM and one of a neighbour's are on the network; a borrower was killed there. */
async function killed(at: number, mode: 'apply' | 'destroy'): Promise<Lab> {
  const lab = Lab.bare();
  lab.host.addForeignDomain({ name: 'guest', networks: ['default'] }, { running: true });
  await lab.apply(NEIGHBOUR);
  if (mode === 'destroy') await lab.apply(BORROWER);
  const plan = await lab.plan(BORROWER, { mode });
  lab.host.faults.dieAt(at);
  await lab.run(BORROWER, plan);
  lab.host.faults.revive();
  return lab;
}

const said = ({ warnings, changes }: Plan): string =>
  [...warnings, ...changes.flatMap(({ notes }) => notes)].join('\n');
const isUnfinished = ({ host }: Lab): boolean =>
  [...host.networks.values()].some(({ xml }) => xml.includes('ven-stand-in'));
/** Where the foreign VM's NIC hangs. */
const placeOf = (lab: Lab): unknown =>
  lab.host
    .observe(ELSEWHERE)
    .then(({ domains }) => domains.find(({ name }) => name === 'guest')?.live?.nics[0]?.source);

test.each(['apply', 'destroy'] as const)('a killed %s is completed by others', async (mode) => {
  let found = 0;
  for (let at = 1; at <= 16; at += 1) {
    const lab = await killed(at, mode);
    if (!isUnfinished(lab)) continue;
    found += 1;
    const moved = JSON.stringify(await placeOf(lab)).includes('ven-stand-in');
    const elsewhere = await lab.plan(ELSEWHERE);
    expect(said(elsewhere)).toContain('A run of fleet borrower was killed while it changed');
    expect(said(elsewhere)).toContain('ven apply with the file of fleet borrower');
    if (moved) expect(said(elsewhere)).toContain('domain guest');
    if (moved) expect(said(await lab.plan(BORROWER))).toContain('reconnects domain');

    const plan = await lab.plan(NEIGHBOUR);
    expect(plan.changes.map(({ address, reason }) => `${address} ${reason}`)).toEqual([
      'network.default half-made',
    ]);
    if (moved) expect(said(plan)).toContain('domain guest');
    expect((await lab.run(NEIGHBOUR, plan)).result.exitCode).toBe(0);
    expect(isUnfinished(lab)).toBe(false);
    expect(await placeOf(lab)).toEqual({ kind: 'network', network: 'default' });
    expect((await lab.plan(NEIGHBOUR)).changes).toEqual([]);
    expect((await lab.plan(ELSEWHERE)).warnings).toEqual([]);
    await lab.apply(BORROWER);
    await lab.apply(BORROWER, { mode: 'destroy' });
  }
  // Created, two moved aside, stopped, defined, started, two moved back.
  expect(found).toBeGreaterThan(5);
});

test('a run that is at work is left to its work', async () => {
  const lab = await killed(5, 'apply');
  expect(isUnfinished(lab)).toBe(true);
  lab.host.fleetsAtWork.add('borrower');
  for (const fleet of [NEIGHBOUR, ELSEWHERE]) {
    const { changes, warnings } = await lab.plan(fleet);
    expect([changes.filter(({ address }) => address.startsWith('network')), warnings]).toEqual([
      [],
      [],
    ]);
  }
});
