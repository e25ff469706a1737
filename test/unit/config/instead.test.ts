/** A hint leads to what its reader meant, and not into the next error. */
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { VenError } from '../../../src/model/index.js';

function findingsOf(text: string): { message: string; hint: string; rule: string }[] {
  try {
    loadFleet(text, { file: 'fleet.yaml', env: {} });
  } catch (error) {
    if (error instanceof VenError) return [...error.findings];
    throw error;
  }
  return [];
}

const HEAD = 'apiVersion: ven/v1\nfleet: a\n';

describe('the hint for', () => {
  it.each([
    ['memory: 256', 'Write it with its unit: `256MiB` or `256GiB` (units are powers of 1024).'],
    ['memory: "256"', 'Write it with its unit: `256MiB` or `256GiB` (units are powers of 1024).'],
    ['memory: 8192', 'Write it with its unit: `8192MiB` (units are powers of 1024).'],
    ['memory: 0', 'For example `memory: 8GiB`.'],
    ['shutdownTimeout: 2', 'Write it with its unit: `2s` or `2m`.'],
    ['serialNumbers: [12]', 'For example `VM112M01`.'],
    [
      'serialNumbers: [12345]',
      'Put it in quotes, if it is right: "12345". For example `VM112M01`.',
    ],
    [
      'bmc: yes',
      'Write `none`, or a map: `bmc: { type: redfish, credentials: ' +
        '{ username: { env: BMC_USER }, password: { env: BMC_PW } } }`.',
    ],
    ['tpm: no', 'Write `tpm: false`.'],
    ['tpm: off', 'Write `tpm: false`.'],
    ['autostart: on', 'Write `autostart: true`.'],
    ['power: on', 'Did you mean "running"?'],
    ['power: true', 'Did you mean "running"?'],
    ['nics: lan', 'Write `nics: [{ network: lan }]`.'],
    ['nics: none', 'For a VM without cards write `nics: []`.'],
    ['nics: pervm', 'Did you mean `nics: per-vm`?'],
    [
      'nics: { network: lan }',
      'Write `default` or `per-vm`, or a list: `nics: [{ network: lan }]`.',
    ],
    ['nics: [lan]', 'Write `{ network: lan }`.'],
    ['nics: [br0]', 'Write `{ network: lan }` or `{ bridge: br0 }`.'],
    [
      'nics: [{ network: default }]',
      "For libvirt's own write `nics: default`, or add `default: { existing: default }` to " +
        '`networks`.',
    ],
  ])('%s', (key, hint) => {
    const text = `${HEAD}networks: { lan: {} }\nvms: [{ name: x, ${key} }]\n`;
    expect(findingsOf(text).map((one) => one.hint)).toEqual([hint]);
  });

  it('the value of a variable does not quote it', () => {
    const text = `${HEAD}vms: [{ name: x, memory: "\${S}" }]\n`;
    let said = '';
    try {
      loadFleet(text, { file: 'fleet.yaml', env: { S: '7531' } });
    } catch (error) {
      said = (error as VenError).findings.map((one) => one.hint).join();
    }
    expect(said).toContain('memory');
    expect(said).not.toContain('7531');
  });
});

describe('beside a key that is missing at the top', () => {
  it.each(['apiVersion: ven/v1\n', 'fleet: a\n'])('of %j, names are checked', (head) => {
    const text = `${head}vms: [{ name: x, nics: [{ network: lan }] }, { name: x }]\n`;
    const rules = findingsOf(text).map((one) => one.rule);
    expect(rules.sort()).toEqual(['duplicate-name', 'missing-key', 'unknown-network']);
  });

  it('a file without VMs gets one finding', () => {
    expect(findingsOf(HEAD).map((one) => one.rule)).toEqual(['missing-key']);
  });
});
