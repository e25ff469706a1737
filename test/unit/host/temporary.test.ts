import { closeSync, mkdtempSync, readdirSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inTemporaryFolder, unlinkedFile } from '../../../src/host/state/temporary.js';

const text = (fd: number): string => {
  const bytes = Buffer.alloc(100);
  const length = readSync(fd, bytes, 0, 100, 0);
  closeSync(fd);
  return bytes.toString('utf8', 0, length);
};

it('leaves nothing in the folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ven-temporary-'));
  const fd = unlinkedFile('secret', { TMPDIR: folder });
  expect(readdirSync(folder)).toEqual([]);
  expect(text(fd)).toBe('secret');
  rmSync(folder, { recursive: true });
});

it.each([['/nonexistent/user0'], ['relative'], [''], [undefined]])(
  'does without TMPDIR %s',
  (given) => {
    expect(text(unlinkedFile('x', { TMPDIR: given }))).toBe('x');
  },
);

it('goes on to the next folder when one is no folder, or full', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ven-temporary-')), 'file');
  writeFileSync(file, '');
  const tried: string[] = [];
  const found = inTemporaryFolder({ TMPDIR: file }, (folder) => {
    tried.push(folder);
    if (tried.length < 3) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    return folder;
  });
  expect(tried).toEqual([file, '/tmp', '/var/tmp']);
  expect(found).toBe('/var/tmp');
});

it('names all folders when there is none', () => {
  const fail = (): never => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  expect(() => inTemporaryFolder({ TMPDIR: '/x' }, fail)).toThrow(
    expect.objectContaining({
      code: 'host-not-ready',
      summary: 'No temporary file can be created',
      detail: '/x: ENOSPC\n/tmp: ENOSPC\n/var/tmp: ENOSPC\n/dev/shm: ENOSPC',
    }),
  );
});
