/** `ven provision` that begins long after the power-on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Lab } from './lab.js';

describe('a VM that was on for longer than its first stage may take', () => {
  const lab = new Lab('late');
  writeFileSync(
    join(lab.dir, 'short.yaml'),
    'apiVersion: ven/v1\n' +
      'profile: short\n' +
      'stages:\n' +
      '  - { name: firmware, timeout: 1s }\n' +
      "  - { name: ready, enter: [{ console: '^BdsDxe' }] }\n",
  );
  lab.write(`orchestrator: { bootUrl: "http://192.168.238.1/none", onboarding: none, profile: ./short.yaml }
vms: [{ name: node, cpus: 1, memory: 256MiB, tpm: false,
  disks: [{ size: 64MiB }], nics: [{ network: lab }] }]
networks: { lab: { subnet: 192.168.238.0/24 } }
`);
  afterAll(() => lab.close());

  it('is watched from what it has said, and comes to ready', async () => {
    await lab.apply();
    await expect
      .poll(() => lab.ven('logs', 'node').then(({ stdout }) => stdout), {
        timeout: 60_000,
        interval: 2000,
      })
      .toContain('BdsDxe');
    const { code, stdout } = await lab.ven('provision', '--json', '--timeout', '60s');
    expect(code).toBe(0);
    expect(stdout).toContain('"ready":["vm.node"]');
  });
});
