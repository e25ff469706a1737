import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/index.js';
import { folderOf, readFleetFile } from '../../../src/host/state/fleet-file.js';
import {
  readPackageFile,
  readNamedFile,
  readTextFile,
  writeNewFile,
} from '../../../src/host/state/files.js';
import { openJournal } from '../../../src/host/state/journal.js';
import { openFleetState } from '../../../src/host/state/fleet-state.js';
import {
  checkWorkFolder,
  removeWorkFolder,
  workFolder,
} from '../../../src/host/state/work-folder.js';
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

  it('has its paths relative to its own folder, not to that of a link to it', () => {
    mkdirSync(join(dir, 'real'));
    writeFileSync(join(dir, 'real/fleet.yaml'), '');
    symlinkSync('real/fleet.yaml', join(dir, 'link.yaml'));
    expect(folderOf(join(dir, 'link.yaml'))).toBe(join(dir, 'real'));
    expect(folderOf(join(dir, 'none/fleet.yaml'))).toBe(join(dir, 'none'));
  });

  it('reads nothing of what is too large for a file that a fleet file names', () => {
    execFileSync('truncate', ['-s', '100G', join(dir, 'huge')]);
    expect(() => readNamedFile(join(dir, 'huge'))).toThrow(
      expect.objectContaining({
        summary: `${dir}/huge is too large: it has 102400.0 MiB, and 1.0 MiB are the most`,
      }),
    );
    execFileSync('truncate', ['-s', '1M', join(dir, 'large')]);
    expect(readNamedFile(join(dir, 'large'))).toHaveLength(1024 * 1024);
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

describe("the work folder is ven's own", () => {
  it('and loses only what ven wrote', () => {
    const work = join(dir, 'ven/f');
    const files = {
      'nodes/edge-1.json': true,
      'nodes/edge-1.json.42.new': true,
      'nodes/mine.txt': false,
      'logs/edge-1.log': true,
      'logs/mine.log.gz': false,
      'runs/2026-11-30T10-00-00-000Z/events.jsonl': true,
      'runs/2026-11-30T11-00-00-000Z/events.jsonl': true,
      'runs/2026-11-30T11-00-00-000Z/mine': false,
      'vagrant/batch-x/machines.json': true,
      'vagrant-fleet/.vagrant/machines/x/libvirt/id': true,
      mine: false,
    };
    for (const file of Object.keys(files)) {
      mkdirSync(join(work, dirname(file)), { recursive: true });
      writeFileSync(join(work, file), '');
    }
    mkdirSync(join(dir, 'elsewhere'));
    writeFileSync(join(dir, 'elsewhere/edge-1.json'), '');
    removeWorkFolder(work, { keepLogs: false });
    for (const [file, isVens] of Object.entries(files))
      expect([file, existsSync(join(work, file))]).toEqual([file, !isVens]);
    rmSync(join(work, 'nodes'), { recursive: true });
    symlinkSync('../../elsewhere', join(work, 'nodes'));
    removeWorkFolder(work, { keepLogs: false });
    expect(existsSync(join(dir, 'elsewhere/edge-1.json'))).toBe(true);
  });

  const refused = (work: string, what: RegExp): void => {
    const state = openFleetState(work);
    const acts = [
      () => state.openJournal(),
      () => state.records.openRun(),
      () => {
        state.records.remove('edge-1');
      },
      () => {
        state.clear({ keepLogs: false });
      },
      () => {
        checkWorkFolder(work);
      },
    ];
    for (const act of acts)
      expect(act).toThrow(
        expect.objectContaining({
          code: 'host-not-ready',
          summary: expect.stringMatching(what) as string,
        }),
      );
  };

  it('or is refused: a link, and what others may write to', () => {
    const work = join(dir, 'ven/f');
    mkdirSync(join(dir, 'theirs/runs/2026-11-30T10-00-00-000Z'), { recursive: true });
    mkdirSync(join(dir, 'ven'));
    symlinkSync('../theirs', work);
    refused(work, /symbolic link/);
    expect(existsSync(join(dir, 'theirs/runs/2026-11-30T10-00-00-000Z'))).toBe(true);
    rmSync(work);
    mkdirSync(work);
    checkWorkFolder(work);
    chmodSync(work, 0o777);
    refused(work, /every user may write/);
    chmodSync(work, 0o700);
    chmodSync(join(dir, 'ven'), 0o777);
    refused(work, /every user may write/);
  });

  it.runIf(process.getuid?.() === 0)("or is refused: what is somebody else's", () => {
    const work = join(dir, 'ven/f');
    mkdirSync(work, { recursive: true });
    chownSync(work, 65534, 65534);
    refused(work, /belongs to another user \(65534\)/);
  });

  it('keeps the events of 50 runs, and of no more than 64 MiB', () => {
    const work = join(dir, 'ven/f');
    const runs = (): string[] => readdirSync(join(work, 'runs')).sort();
    const run = (n: number, bytes: number): void => {
      const folder = join(work, 'runs', `2026-11-30T10-00-00-${String(n).padStart(3, '0')}Z`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'events.jsonl'), '');
      truncateSync(join(folder, 'events.jsonl'), bytes);
    };
    for (let n = 0; n < 120; n++) run(n, 1000);
    mkdirSync(join(work, 'runs/mine'));
    const journal = openJournal(work);
    journal.close();
    expect(runs()).toHaveLength(51);
    expect(runs()).toContain('mine');
    expect(runs()).toContain(journal.run);
    expect(runs()).not.toContain('2026-11-30T10-00-00-070Z');
    run(119, 40 * 1024 * 1024);
    run(118, 40 * 1024 * 1024);
    openJournal(work).close();
    expect(runs().filter((name) => name.startsWith('2026-11-30T10'))).toEqual([
      '2026-11-30T10-00-00-119Z',
    ]);
  });
});

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
