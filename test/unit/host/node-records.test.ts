import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openNodeRecords,
  readNodeRecords,
  removeNodeRecord,
  writeNodeRecord,
} from '../../../src/host/state/node-records.js';
import type { NodeRecord } from '../../../src/model/index.js';

const record: NodeRecord = {
  formatVersion: '1',
  vm: 'edge-1',
  uuid: 'f1d2d2f9-24e9-5a86-8bd2-28c8e3d2a5a1',
  flow: 'interactive',
  profile: { name: 'edge-node', digest: 'ab12' },
  outcome: 'failed',
  failure: {
    class: 'storage',
    stage: 'workflow',
    at: '2026-01-01T00:01:00.000Z',
    message: 'the disk is full',
    line: 'No space left',
  },
  visits: [
    {
      stage: 'power-on',
      title: 'Power on',
      enteredAt: '2026-01-01T00:00:00.000Z',
      leftAt: '2026-01-01T00:00:12.000Z',
      line: null,
      late: false,
    },
    {
      stage: 'workflow',
      title: 'Workflow',
      enteredAt: '2026-01-01T00:00:12.000Z',
      leftAt: null,
      line: 'Secure Boot Status',
      late: true,
    },
  ],
  lastLine: 'No space left',
  log: { file: '1234-5678', position: 4096 },
  memory: { anything: [1, null] },
};

let work: string;
beforeEach(() => {
  work = join(mkdtempSync(join(tmpdir(), 'ven-nodes-')), 'state/ven/f');
});
afterEach(() => {
  rmSync(join(work, '../../..'), { recursive: true, force: true });
});

describe('node records', () => {
  it('come back as they were written, in the order asked for', () => {
    writeNodeRecord(work, record);
    writeNodeRecord(work, {
      ...record,
      vm: 'edge-2',
      failure: null,
      lastLine: null,
      log: null,
      memory: null,
    });
    const kept = readNodeRecords(work, ['edge-2', 'edge-3', 'edge-1']);
    expect(kept.map(({ vm }) => vm)).toEqual(['edge-2', 'edge-3', 'edge-1']);
    expect(kept[2]).toEqual({
      vm: 'edge-1',
      record,
      writtenAt: expect.any(Date) as Date,
      damage: null,
    });
    expect(kept[1]).toEqual({ vm: 'edge-3', record: null, writtenAt: null, damage: null });
  });

  it('are their owner’s alone, and leave nothing beside them', () => {
    writeNodeRecord(work, record);
    writeNodeRecord(work, { ...record, outcome: 'ready' });
    expect(readdirSync(join(work, 'nodes'))).toEqual(['edge-1.json']);
    expect(statSync(join(work, 'nodes/edge-1.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(work, 'nodes')).mode & 0o777).toBe(0o700);
    expect(readNodeRecords(work, ['edge-1'])[0]?.record?.outcome).toBe('ready');
  });

  it('that are removed beside a run stay removed, with the folder', () => {
    const records = openNodeRecords(work);
    records.write(record);
    records.write({ ...record, vm: 'edge-2' });
    removeNodeRecord(work, 'edge-1');
    records.write({ ...record, outcome: 'ready' });
    expect(readdirSync(join(work, 'nodes'))).toEqual(['edge-2.json']);
    records.write({ ...record, vm: 'edge-2', outcome: 'ready' });
    expect(readNodeRecords(work, ['edge-2'])[0]?.record?.outcome).toBe('ready');
    rmSync(work, { recursive: true });
    records.write(record);
    records.write({ ...record, vm: 'edge-3' });
    expect(existsSync(work)).toBe(false);
    // Made again by an apply: it is another node, and counts again.
    writeNodeRecord(work, record);
    records.write({ ...record, outcome: 'ready' });
    expect(readNodeRecords(work, ['edge-1'])[0]?.record?.outcome).toBe('ready');
  });

  it('go, once or twice', () => {
    writeNodeRecord(work, record);
    removeNodeRecord(work, 'edge-1');
    removeNodeRecord(work, 'edge-1');
    expect(readNodeRecords(work, ['edge-1'])).toEqual([
      { vm: 'edge-1', record: null, writtenAt: null, damage: null },
    ]);
  });

  it('that are damaged count as none, and it is said why', () => {
    mkdirSync(join(work, 'nodes'), { recursive: true });
    const damage = (text: string): string | null => {
      writeFileSync(join(work, 'nodes/edge-1.json'), text);
      const [kept] = readNodeRecords(work, ['edge-1']);
      expect(kept?.record).toBeNull();
      return kept?.damage ?? null;
    };
    const whole = JSON.stringify(record);
    for (const text of ['', '{', whole.slice(0, -9), '[]', 'null', '"x"'])
      expect(damage(text)).toContain('nodes/edge-1.json');
    expect(damage(JSON.stringify({ ...record, formatVersion: '2' }))).toContain('"formatVersion"');
    expect(damage(JSON.stringify({ ...record, vm: 'edge-7' }))).toContain('it is of "edge-7"');
    expect(damage(JSON.stringify({ ...record, outcome: 'lost' }))).toContain('"outcome"');
    expect(
      damage(JSON.stringify({ ...record, visits: [{ ...record.visits[0], enteredAt: 'noon' }] })),
    ).toContain('"visits"');
    expect(damage(JSON.stringify({ ...record, failure: { class: 'bad luck' } }))).toContain(
      '"failure"',
    );
    expect(damage(JSON.stringify({ ...record, log: { file: 'a', position: -1 } }))).toContain(
      '"log"',
    );
    // And is then written over.
    writeNodeRecord(work, record);
    expect(readNodeRecords(work, ['edge-1'])[0]?.record).toEqual(record);
  });

  it('that are no files, or huge, neither hang nor fill the memory', () => {
    mkdirSync(join(work, 'nodes/edge-1.json'), { recursive: true });
    execFileSync('mkfifo', [join(work, 'nodes/edge-2.json')]);
    writeFileSync(join(work, 'nodes/edge-3.json'), '');
    truncateSync(join(work, 'nodes/edge-3.json'), 1024 ** 3);
    const kept = readNodeRecords(work, ['edge-1', 'edge-2', 'edge-3']);
    expect(kept.map(({ record: none }) => none)).toEqual([null, null, null]);
    expect(kept.map(({ damage }) => damage?.split(': ').at(-1))).toEqual([
      'it is not a plain file',
      'it is not a plain file',
      'it is too large',
    ]);
  });

  it('that can’t be written are told with the folder', () => {
    mkdirSync(join(work, '..'), { recursive: true });
    writeFileSync(work, 'not a folder');
    expect(() => writeNodeRecord(work, record)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
