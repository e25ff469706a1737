import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { overSharedSsh } from '../../../src/host/libvirt/ssh.js';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'ven-ssh-'));
});
afterEach(() => {
  rmSync(state, { recursive: true });
});

const over = (uri: string, folder = state): string =>
  overSharedSsh(uri, { XDG_STATE_HOME: folder });

it('names a script of its own for each URI, which nobody else may change', () => {
  const uri = over('qemu+ssh://lab/system');
  const [, encoded = ''] = /^qemu\+ssh:\/\/lab\/system\?command=(.+)$/.exec(uri) ?? [];
  const script = decodeURIComponent(encoded);
  expect(script.startsWith(join(state, 'ven/ssh/'))).toBe(true);
  expect(statSync(script).mode & 0o777).toBe(0o700);
  expect(statSync(join(state, 'ven/ssh')).mode & 0o777).toBe(0o700);
  expect(readFileSync(script, 'utf8')).toContain('ControlPath="$0.socket" "$@"');
  expect(readFileSync(script, 'utf8')).not.toContain('StrictHostKeyChecking');
  expect(over('qemu+ssh://other/system')).not.toContain(encoded);
});

it('keeps parameters, and mends a script that was changed', () => {
  const uri = over('qemu+ssh://lab/system?keyfile=/k');
  expect(uri).toMatch(/\?keyfile=\/k&command=/);
  const script = decodeURIComponent(uri.split('command=')[1] ?? '');
  writeFileSync(script, 'rm -rf');
  over('qemu+ssh://lab/system?keyfile=/k');
  expect(readFileSync(script, 'utf8')).toContain('exec ssh');
});

it.each([
  ['another transport', 'qemu+tls://lab/system'],
  ['this machine', 'qemu:///system'],
  ["the user's own program", 'qemu+ssh://lab/system?command=/usr/bin/my-ssh'],
])('leaves the URI as it is: %s', (_what, uri) => {
  expect(over(uri)).toBe(uri);
});

it('leaves the URI as it is where no script or socket can be', () => {
  const uri = 'qemu+ssh://lab/system';
  writeFileSync(join(state, 'ven'), '');
  expect(over(uri)).toBe(uri);
  expect(over(uri, join(state, 'x'.repeat(90)))).toBe(uri);
  expect(over(uri, join(state, '100%'))).toBe(uri);
});
