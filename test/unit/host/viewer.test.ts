import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startViewer } from '../../../src/host/consoles/viewer.js';

const root = mkdtempSync(join(tmpdir(), 'ven-viewer-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A folder with these programs, each of which writes down how it was called, and with what environment. */
function programs(...names: string[]): { PATH: string; seen: string } {
  const folder = mkdtempSync(join(root, 'bin-'));
  const seen = join(folder, 'seen');
  for (const name of names) {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\n{ echo "\${0##*/} $*"; /usr/bin/env; } > ${seen}\n`,
      { mode: 0o755 },
    );
  }
  return { PATH: folder, seen };
}
const called = (seen: string): string => readFileSync(seen, 'utf8').split('\n')[0] ?? '';
const LOCAL = { uri: 'qemu:///system', uuid: 'u', listen: '127.0.0.1', port: 5903 };
const REMOTE = { ...LOCAL, uri: 'qemu+ssh://lab/system' };

describe('a viewer', () => {
  it.each([
    [
      ['vncviewer', 'virt-viewer', 'remote-viewer'],
      LOCAL,
      'virt-viewer --connect qemu:///system --uuid u',
    ],
    [['vncviewer', 'virt-viewer'], REMOTE, 'virt-viewer --connect qemu+ssh://lab/system --uuid u'],
    [['vncviewer'], LOCAL, 'vncviewer 127.0.0.1::5903'],
    [['vncviewer'], { ...LOCAL, listen: '0.0.0.0' }, 'vncviewer 127.0.0.1::5903'],
    [['gvncviewer'], { ...LOCAL, listen: '192.0.2.7' }, 'gvncviewer 192.0.2.7:3'],
  ])('%j', async (names, screen, call) => {
    const { PATH, seen } = programs(...names);
    expect(await startViewer(screen, { PATH, DISPLAY: ':0' })).toBe(call.split(' ')[0]);
    expect(called(seen)).toBe(call);
  });

  it('gets what windows need of the environment, and nothing else', async () => {
    const { PATH, seen } = programs('remote-viewer');
    await startViewer(
      { ...LOCAL, listen: '::' },
      { PATH, WAYLAND_DISPLAY: 'wayland-0', XAUTHORITY: '/x', SECRET: 's' },
    );
    expect(called(seen)).toBe('remote-viewer vnc://[::1]:5903');
    const environment = readFileSync(seen, 'utf8');
    expect(environment).toContain('WAYLAND_DISPLAY=wayland-0\n');
    expect(environment).toContain('XAUTHORITY=/x\n');
    expect(environment).not.toContain('SECRET');
  });

  it('is not started without a display, without one that is installed, or with one that cannot reach the host', async () => {
    const all = programs('virt-viewer', 'vncviewer');
    expect(await startViewer(LOCAL, { PATH: all.PATH })).toBeNull();
    expect(existsSync(all.seen)).toBe(false);
    expect(await startViewer(LOCAL, { PATH: programs().PATH, DISPLAY: ':0' })).toBeNull();
    expect(
      await startViewer(REMOTE, { PATH: programs('vncviewer').PATH, DISPLAY: ':0' }),
    ).toBeNull();
  });

  it('that fails at once is told', async () => {
    const { PATH } = programs();
    writeFileSync(join(PATH, 'vncviewer'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    await expect(startViewer(LOCAL, { PATH, DISPLAY: ':0' })).rejects.toMatchObject({
      code: 'tool-failed',
      summary: 'vncviewer ended at once, with 3',
    });
  });
});
