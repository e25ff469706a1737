import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/index.js';
import {
  openJournal,
  readFleetFile,
  readPackageFile,
  readTextFile,
  removeWorkFolder,
  workFolder,
  writeNewFile,
} from '../../../src/host/state/files.js';
import { writeOutput } from '../../../src/host/state/output.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-files-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('readFleetFile', () => {
  it('reads bytes, and of a huge file only the beginning', () => {
    writeFileSync(join(dir, 'f'), Buffer.from([0xff, 0x00, 0x41]));
    expect([...readFleetFile(join(dir, 'f'))]).toEqual([0xff, 0x00, 0x41]);
    execFileSync('truncate', ['-s', '100G', join(dir, 'huge')]);
    expect(readFleetFile(join(dir, 'huge')).length).toBe(1024 * 1024 + 1);
  });

  it('says plainly what is wrong with the path', () => {
    expect(() => readFleetFile(join(dir, 'none'))).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
    expect(() => readFleetFile(dir)).toThrow(/is a folder/);
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    expect(() => readFleetFile(join(dir, 'pipe'))).toThrow(/not a plain file/);
    writeFileSync(join(dir, 'f'), '');
    expect(() => readFleetFile(join(dir, 'f/g'))).toThrow(/not a folder/);
  });
});

describe('work folder', () => {
  it('is one for each fleet and host, under the state folder', () => {
    const at = (over: object) =>
      workFolder({ uri: 'qemu:///system', fleet: 'f', env: { HOME: '/home/a' }, ...over });
    expect(at({})).toMatch(/^\/home\/a\/\.local\/state\/ven\/f-[0-9a-f]{8}$/);
    expect(at({ env: { HOME: '/home/a', XDG_STATE_HOME: '/state' } })).toMatch(/^\/state\/ven\/f-/);
    expect(at({ env: { HOME: '/home/a', XDG_STATE_HOME: 'relative' } })).toBe(at({}));
    expect(at({ uri: 'qemu+ssh://lab/system' })).not.toBe(at({}));
  });

  it('is one however the host is spelled, and one of an earlier ven is still used', () => {
    const env = { XDG_STATE_HOME: dir };
    const at = (uri: string): string => workFolder({ uri, fleet: 'f', env });
    expect(at('qemu+unix:///system')).toBe(at('qemu:///system'));
    expect(at('qemu+ssh://root@LAB:22/system')).toBe(at('qemu://lab/system'));
    // Named by the URI as it was spelled.
    const digest = createHash('sha256').update('qemu+ssh://root@lab/system').digest('hex');
    const earlier = join(dir, 'ven', `f-${digest.slice(0, 8)}`);
    mkdirSync(earlier, { recursive: true });
    expect(at('qemu+ssh://root@lab/system')).toBe(earlier);
    expect(at('qemu+ssh://lab/system')).not.toBe(earlier);
  });

  it('keeps a journal, readable by its owner alone', () => {
    const work = join(dir, 'state/ven/f');
    const journal = openJournal(work);
    const event: RunEvent = {
      type: 'interrupted',
      time: '2026-01-01T00:00:00Z',
      hard: false,
      running: ['a'],
    };
    journal.write(event);
    journal.write(event);
    journal.close();
    journal.close();
    journal.write(event);
    const path = join(work, 'runs', journal.run, 'events.jsonl');
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(event)}\n`.repeat(2));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(work).mode & 0o777).toBe(0o700);
  });

  it('says what to do where none can be made', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => openJournal(join(dir, 'file/ven/f'))).toThrow(
      expect.objectContaining({
        code: 'usage',
        hint: expect.stringContaining('XDG_STATE_HOME') as string,
      }),
    );
  });

  it('goes away, with or without the logs', () => {
    const work = join(dir, 'ven/f');
    for (const name of ['logs', 'runs', 'vagrant'])
      mkdirSync(join(work, name), { recursive: true });
    removeWorkFolder(work, { keepLogs: true });
    expect([existsSync(join(work, 'logs')), existsSync(join(work, 'vagrant'))]).toEqual([
      true,
      false,
    ]);
    removeWorkFolder(work, { keepLogs: false });
    removeWorkFolder(work, { keepLogs: false });
    expect(existsSync(work)).toBe(false);
    expect(existsSync(dir)).toBe(true);
  });
});

const writePrivateFile = (path: string, text: string): void => {
  writeOutput(path, text, { isPrivate: true });
};

describe('other files', () => {
  it('writes whole and private, or new only', () => {
    const path = join(dir, 'plan.json');
    writePrivateFile(path, 'one');
    writePrivateFile(path, 'two');
    expect(readTextFile(path)).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => {
      writeNewFile(path, 'three');
    }).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(readTextFile(path)).toBe('two');
    expect(() => {
      writePrivateFile(join(dir, 'none/x'), '');
    }).toThrow(
      expect.objectContaining({
        summary: expect.stringContaining('folder does not exist') as string,
        hint: `Correct the path, or make the folder: mkdir -p ${dir}/none`,
      }),
    );
    expect(() => {
      writePrivateFile(join(path, 'x/y'), '');
    }).toThrow(
      expect.objectContaining({ hint: `Check the path and its permissions: ls -ld ${path}` }),
    );
  });

  it('takes away nothing that another left', () => {
    const path = join(dir, 'plan.json');
    const beside = `${path}.${process.pid}.tmp`;
    writeFileSync(beside, 'theirs');
    expect(() => {
      writePrivateFile(path, 'ours');
    }).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(readTextFile(beside)).toBe('theirs');
    expect(existsSync(path)).toBe(false);
  });

  it('finds what came with ven', () => {
    expect(readPackageFile('templates/Vagrantfile')).toContain('machines.json');
  });
});
