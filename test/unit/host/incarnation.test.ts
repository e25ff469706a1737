import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { volumeIncarnation } from '../../../src/host/libvirt/incarnation.js';

it('a volume has the same incarnation until its file is recreated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ven-making-'));
  try {
    const path = join(folder, 'lab_edge-sda.qcow2');
    expect(volumeIncarnation('qemu:///system', path)).toBeNull();
    writeFileSync(path, 'a disk');
    const first = volumeIncarnation('qemu:///system', path);
    expect(first).toMatch(/^\d+-\d+$/);
    appendFileSync(path, ' that grows');
    truncateSync(path, 2);
    expect(volumeIncarnation('qemu:///system', path)).toBe(first);
    rmSync(path);
    writeFileSync(path, 'another disk');
    expect(volumeIncarnation('qemu:///system', path)).not.toBe(first);
    expect(volumeIncarnation('qemu:///system', folder)).toBeNull();
    expect(volumeIncarnation('qemu+ssh://elsewhere/system', path)).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
