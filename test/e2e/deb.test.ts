/**
 * Debian's packages: built, installed in a bare Debian 12, used there with a libvirt of its own,
 * and purged. What is looked at stands in packaging/try-deb-inside.sh. Debian 13, and what Debian
 * recommends beside it, are tried by hand: `packaging/try-deb.sh trixie`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

it('in a bare Debian 12 the packages install, bring a VM up, and leave nothing', async () => {
  const run = spawn('packaging/try-deb.sh', ['--lean', 'bookworm'], {
    cwd: ROOT,
    // Fast instead of small.
    env: { ...process.env, DPKG_DEB_COMPRESSOR_TYPE: 'gzip', DPKG_DEB_COMPRESSOR_LEVEL: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(run.stdout), text(run.stderr)]);
  if (run.exitCode === null) await once(run, 'exit');
  expect(run.exitCode, stdout + stderr).toBe(0);
  expect(stdout).toContain('Applied in');
  expect(stdout).toContain('No changes.');
  expect(stdout).toContain('== nothing is left');
}, 600_000);
