import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lastStart } from '../../../src/host/libvirt/power.js';

const folder = mkdtempSync(join(tmpdir(), 'ven-log-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('when a domain was started last', () => {
  it('is the last start in its log, also after it was shut down', () => {
    const start = (time: string): string =>
      `${time}+0000: starting up libvirt version: 9.0.0, package: 9.0.0-4\nLC_ALL=C \\\n/usr/bin/qemu\n`;
    const log = join(folder, 'lab_edge.log');
    writeFileSync(
      log,
      `${start('2026-11-22 17:03:49.166')}2026-11-22 17:04:00.000+0000: shutting down, reason=destroyed\n`,
    );
    expect(lastStart({ domain: 'lab_edge', folder })).toBe('2026-11-22T17:03:49.166Z');
    writeFileSync(
      log,
      `${start('2026-11-22 17:03:49.166')}${'x'.repeat(300_000)}\n${start('2026-11-23 01:02:03.004')}`,
    );
    expect(lastStart({ domain: 'lab_edge', folder })).toBe('2026-11-23T01:02:03.004Z');
  });

  it('is not known without a log, or with one that does not say', () => {
    expect(lastStart({ domain: 'lab_other', folder })).toBeNull();
    writeFileSync(join(folder, 'lab_mute.log'), 'char device redirected to /dev/pts/3\n');
    expect(lastStart({ domain: 'lab_mute', folder })).toBeNull();
  });
});
