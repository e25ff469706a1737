import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { volumeMaking } from '../../../src/host/index.js';

it('a volume has the same making until its file is made anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ven-making-'));
  try {
    const path = join(folder, 'lab_edge-sda.qcow2');
    expect(volumeMaking('qemu:///system', path)).toBeNull();
    writeFileSync(path, 'a disk');
    const first = volumeMaking('qemu:///system', path);
    expect(first).toMatch(/^\d+-\d+$/);
    appendFileSync(path, ' that grows');
    truncateSync(path, 2);
    expect(volumeMaking('qemu:///system', path)).toBe(first);
    rmSync(path);
    writeFileSync(path, 'another disk');
    expect(volumeMaking('qemu:///system', path)).not.toBe(first);
    expect(volumeMaking('qemu:///system', folder)).toBeNull();
    expect(volumeMaking('qemu+ssh://elsewhere/system', path)).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
