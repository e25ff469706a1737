import { describe, expect, it } from 'vitest';
import {
  defaultOsText,
  hostsText,
  styleOf,
  registeredText,
  unregisteredText,
} from '../../../src/view/index.js';

const plain = styleOf({ isTTY: false }, {});
const host = (name: string, provisioningStatus: string | null, more: object = {}) => ({
  id: `host-${name}`,
  vm: name,
  name,
  serialNumber: `VEN${name}`,
  uuid: '',
  hostStatus: '',
  instance:
    provisioningStatus === null ? null : { id: 'inst-1', os: 'Ubuntu 24.04', provisioningStatus },
  ...more,
});

describe('hosts', () => {
  it('are a table, and who is not in it', () => {
    const hosts = [host('a', 'Provisioned', { hostStatus: 'Running' }), host('edge-10', null)];
    expect(hostsText({ project: 'infra', hosts, unknown: ['b', 'c'] }, plain)).toBe(
      [
        'NAME     SERIAL      HOST     OS            PROVISIONING',
        'a        VENa        Running  Ubuntu 24.04  Provisioned',
        'edge-10  VENedge-10  -        -             -',
        '',
        'Project infra: 2 hosts; it does not know b, c.',
        '',
      ].join('\n'),
    );
    const long = host('a', `${'x'.repeat(1000)}… (5000000 characters)`, { hostStatus: '\u009b2J' });
    const text = hostsText({ project: 'infra', hosts: [long], unknown: [] }, plain);
    expect(text).toContain('x… (5000000 characters)\n');
    expect(text).toContain('\\x9b2J');
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(160);
    expect(hostsText({ project: 'infra', hosts: [], unknown: [] }, plain)).toBe(
      'Project infra: 0 hosts.\n',
    );
  });

  it('say nothing that a terminal obeys', () => {
    const text = hostsText(
      { project: 'infra', hosts: [host('a\u001b[31m\n', 'Failed\u0007')], unknown: [] },
      plain,
    );
    expect(text).toContain('a\\x1b[31m\\n');
    expect(text).toContain('Failed\\x07');
  });

  it('are red when they failed, and green when they are there', () => {
    const style = styleOf({ isTTY: true }, { FORCE_COLOR: '1', TERM: 'xterm' });
    const text = hostsText(
      {
        project: 'infra',
        hosts: [host('a', 'Provisioning Failed: disk'), host('b', 'Provisioned')],
        unknown: [],
      },
      style,
    );
    expect(text).toMatch(/\u001b\[31mProvisioning Failed: disk/);
    expect(text).toMatch(/\u001b\[32mProvisioned/);
  });
});

it('what was done is said in a line each', () => {
  const one = { name: 'a', serialNumber: 'VENA1', id: 'host-1' };
  expect(registeredText({ ...one, already: false })).toBe('a  VENA1  registered as host-1\n');
  expect(registeredText({ ...one, already: true })).toBe(
    'a  VENA1  was registered already as host-1\n',
  );
  expect(unregisteredText({ ...one, removed: true })).toBe('a  VENA1  removed\n');
  expect(unregisteredText({ ...one, removed: false })).toBe('a  VENA1  was not there\n');
  const os = { profile: 'ubuntu', id: 'os-1', project: 'infra' };
  expect(defaultOsText({ ...os, changed: true })).toBe(
    'New hosts of project infra get ubuntu (os-1) from now on.\n',
  );
  expect(defaultOsText({ ...os, changed: false })).toContain('nothing was changed');
});
