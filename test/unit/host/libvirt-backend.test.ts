/** virsh's part played by a script that answers each command, and logs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BringUp, VenError } from '../../../src/model/index.js';
import type { BringUpResult } from '../../../src/host/bring-ups/share.js';
import { bringUpAct } from '../../../src/host/libvirt-backend/bring-up.js';
import { NoAnswer, Virsh } from '../../../src/host/libvirt/virsh.js';
import { askEach } from '../../../src/host/libvirt-backend/ask-each.js';

let dir: string;
let virsh: Virsh;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-virsh-'));
  virsh = new Virsh({
    uri: 'qemu:///system',
    env: { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}` },
  });
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const LOOK = `*domname*|*domuuid*|*vol-path*) say "error: Domain not found: no domain with matching" ;;
    *pool-dumpxml*) echo "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>" ;;`;

/** `cases`: of sh, by the command. Each process has a log, named by its time. */
function answers(cases: string): void {
  const script = `#!/bin/bash
say() { echo "$1" >&2; }
for asked in "$@"; do :; done
log="${dir}/log-$EPOCHREALTIME"
mark=$(grep -o '@[0-9a-f]*' <<< "$asked" | head -1)
while IFS= read -r command; do
  [ -z "$command" ] && continue
  echo "$command" | sed "s#/[^ ]*/fd/[0-9]*#FILE#g" >> "$log"
  case "$command" in
    ${cases}
    ${LOOK}
  esac
  echo "$mark"; echo "error: $mark" >&2
done <<< "$(sed "s/;echo $mark;echo --err $mark;/\\n/g" <<< "$asked")"
`;
  writeFileSync(join(dir, 'virsh'), script, { mode: 0o755 });
}

const processes = (): string[][] =>
  readdirSync(dir)
    .filter((name) => name.startsWith('log-'))
    .sort()
    .map((name) => readFileSync(join(dir, name), 'utf8').trim().split('\n'));

const machine = (name: string, more: Partial<BringUp> = {}): BringUp => ({
  name,
  domain: `lab_${name}`,
  uuid: `uuid-${name}`,
  domainXml: '<domain/>',
  volumes: [{ pool: 'p', volume: `lab_${name}-sda.qcow2`, xml: '<volume/>' }],
  start: true,
  memoryMiB: 1,
  cpus: 1,
  ...more,
});

async function bringUp(
  machines: BringUp[],
  { atOnce = { disks: 1, starts: 1 }, hasStarted = () => Promise.resolve() } = {},
): Promise<{ results: Record<string, VenError | null>; lines: string[] }> {
  const results: Record<string, VenError | null> = {};
  const lines: string[] = [];
  const onSettled = (result: BringUpResult): void => {
    expect(results).not.toHaveProperty(result.name);
    results[result.name] = result.ok ? null : result.error;
  };
  await bringUpAct({ virsh, hasStarted, atOnce })(
    machines,
    (name, line) => lines.push(`${name} ${line}`),
    onSettled,
    new AbortController().signal,
    (name) => lines.push(`${name} begins`),
  );
  return { results, lines };
}

describe('VMs through virsh', () => {
  it('are looked for, defined, defined anew, given disks, and started: each for all', async () => {
    answers('');
    const { results, lines } = await bringUp([machine('a'), machine('b')]);
    expect(results).toEqual({ a: null, b: null });
    expect(lines.filter((line) => line.startsWith('a '))).toEqual([
      'a begins',
      'a defined',
      'a disks',
      'a started',
      'a up',
    ]);
    expect(processes()).toEqual([
      [
        'pool-refresh p',
        'pool-dumpxml p',
        ...['domname uuid-a', 'domuuid lab_a', 'vol-path --pool p lab_a-sda.qcow2'],
        ...['domname uuid-b', 'domuuid lab_b', 'vol-path --pool p lab_b-sda.qcow2'],
      ],
      ['define FILE', 'define FILE'],
      ['vol-create p FILE', 'vol-create p FILE'],
      ['start uuid-a'],
      ['start uuid-b'],
    ]);
  });

  it('are shared out for their disks, and further for their starts', async () => {
    answers('');
    const vms = ['a', 'b', 'c', 'd'].map((name) => machine(name));
    await bringUp(vms, { atOnce: { disks: 2, starts: 4 } });
    const count = (word: string): number[] =>
      processes()
        .filter(([first = '']) => first.startsWith(word))
        .map(({ length }) => length);
    expect(count('vol-create')).toEqual([2, 2]);
    expect(count('start')).toEqual([1, 1, 1, 1]);
  });

  it('that may find state of an earlier VM are defined anew', async () => {
    answers('');
    await bringUp([
      machine('a', { domainXml: '<domain><os><nvram/></os></domain>' }),
      machine('b'),
    ]);
    expect(processes()[2]).toEqual(['undefine uuid-a --nvram', 'define FILE']);
  });

  it('that are to be off are not started; what is in a volume comes after it exists', async () => {
    answers('');
    const content = new Uint8Array([1]);
    const nvram = { pool: 'p', volume: 'lab_a-nvram.fd', xml: '<volume/>', content };
    const { results } = await bringUp([
      machine('a', { start: false, volumes: [nvram], domainXml: '<domain><tpm/></domain>' }),
    ]);
    expect(results).toEqual({ a: null });
    expect(processes().slice(2)).toEqual([
      ['undefine uuid-a --keep-nvram', 'define FILE'],
      ['vol-create p FILE'],
      ['vol-upload --pool p lab_a-nvram.fd FILE'],
    ]);
  });

  it.each([
    ['domain', 'domuuid\\ lab_a) echo 1 ;;', 'domain lab_a exists already'],
    ['UUID', 'domname\\ uuid-a) echo x ;;', 'domain lab_a exists already'],
    ['volume', '*lab_a-sda*) echo /p/x ;;', 'volume lab_a-sda.qcow2 exists already in pool p'],
  ])('whose %s is there already are refused, and the others come', async (_what, cases, words) => {
    answers(cases);
    const { results } = await bringUp([machine('a'), machine('b')]);
    expect(results['a']).toMatchObject({ code: 'foreign-object', summary: words });
    expect(results['b']).toBeNull();
    expect(processes().slice(1).flat().join()).not.toContain('uuid-a');
    expect(processes()[1]).toEqual(['define FILE']);
  });

  it('go again where a file came in between: what was made for them, then the mark', async () => {
    answers(`vol-create*) [ "$((n+=1))" = 2 ] && say "error: storage volume exists already" ;;`);
    const second = { pool: 'p', volume: 'lab_a-sdb.qcow2', xml: '<volume/>' };
    const a = machine('a');
    const { results } = await bringUp([{ ...a, volumes: [...a.volumes, second] }, machine('b')]);
    expect(results['a']).toMatchObject({
      code: 'foreign-object',
      summary: 'volume lab_a-sdb.qcow2 exists already in pool p',
    });
    expect(results['b']).toBeNull();
    const log = processes().map((commands) => commands.join());
    const deletion = log.indexOf('vol-delete --pool p lab_a-sda.qcow2');
    expect(deletion).toBeGreaterThan(0);
    expect(log.indexOf('undefine uuid-a --keep-nvram')).toBeGreaterThan(deletion);
    expect(log.join()).not.toMatch(/vol-delete.*sdb|start uuid-a/);
  });

  it('that fail at one phase have no part in the next', async () => {
    answers(`start\\ uuid-a) say "error: Failed to start domain 'lab_a'" ;;
    vol-create*) [ "$((n+=1))" = 2 ] && say "error: No space left on device" ;;`);
    const { results } = await bringUp(['a', 'b', 'c'].map((name) => machine(name)));
    expect(results['a']?.summary).toBe("Failed to start domain 'lab_a'");
    expect(results['b']?.summary).toBe('The disk of the host is full');
    expect(results['c']).toBeNull();
    expect(processes().slice(-2)).toEqual([['start uuid-a'], ['start uuid-c']]);
  });

  it('of a pool that is not there fail alone', async () => {
    answers('*pool-*\\ q) say "error: Storage pool not found: no storage pool with matching" ;;');
    const b = machine('b', { volumes: [{ pool: 'q', volume: 'lab_b-sda', xml: '' }] });
    const { results } = await bringUp([machine('a'), b]);
    expect(results['a']).toBeNull();
    expect(results['b']?.summary).toContain('Storage pool not found');
  });
});

describe('questions about each', () => {
  it('one without an answer costs itself; those behind it are asked again', async () => {
    answers('start\\ b) sleep 60 ;;');
    const heard: string[] = [];
    const ask = virsh.ask.bind(virsh);
    virsh.ask = (commands, options) => ask(commands, { ...options, timeoutSeconds: 1 });
    const questions = ['a', 'b', 'c'].map((name) => ({
      commands: [['start', name]],
      hear: (answer: unknown) => heard.push(`${name} ${answer instanceof NoAnswer}`),
    }));
    await askEach(virsh, questions, new AbortController().signal);
    expect(heard).toEqual(['a false', 'b true', 'c false']);
    expect(processes().at(-1)).toEqual(['start c']);
  });
});
