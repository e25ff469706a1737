/** A virsh that goes wrong: floods, garbage, silence, an early end. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { VenError, type ResolvedFleet } from '../../../src/model/index.js';
import { observe } from '../../../src/host/libvirt/observe.js';
import { Virsh } from '../../../src/host/libvirt/virsh.js';

const folder = mkdtempSync(join(tmpdir(), 'ven-virsh-'));
const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
const virsh = new Virsh({ uri: 'qemu:///system', env });

/** `script`: of sh; `$mark` is the end mark, `$asked` all that was asked. */
function standIn(script: string): void {
  const program = `#!/bin/sh
for asked in "$@"; do :; done
mark=$(printf %s "$asked" | grep -o '@[0-9a-f]*' | head -1)
${script}
`;
  writeFileSync(join(folder, 'virsh'), program, { mode: 0o755 });
}

async function failure(work: Promise<unknown>): Promise<VenError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VenError)) throw new Error(`not a VenError: ${String(error)}`);
  return error;
}

const LISTS = [
  ['list', '--all', '--uuid'],
  ['pool-list', '--all'],
];

beforeEach(() => {
  standIn('exit 0');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a virsh that goes wrong', () => {
  it.each([
    ['nothing', 'exit 0', 'exit code 0'],
    ['garbage', 'echo "Segmentation fault"; exit 0', 'exit code 0'],
    [
      'half an answer',
      'echo one; echo $mark; echo "error: $mark" >&2; echo tw; exit 0',
      'exit code 0',
    ],
    ['half a mark', 'echo one; echo $mark | cut -c1-5; exit 3', 'exit code 3'],
    ['a signal', 'echo "error: $mark" >&2; echo $mark; kill -KILL $$', 'SIGKILL'],
  ])('that answers %s: says what was asked, and what came back', async (_what, script, how) => {
    standIn(script);
    const { summary, detail = '', hint, code } = await failure(virsh.ask(LISTS));
    const answered = script.includes('error: $mark') ? 1 : 0;
    expect(code).toBe('tool-failed');
    expect(summary).toBe(
      `virsh ended (${how}) without an answer to: ${answered === 1 ? 'pool-list' : 'list'} ` +
        `(${answered} of 2 answered)`,
    );
    expect(detail).toContain(`virsh -c qemu:///system ${LISTS[answered]?.join(' ')}`);
    if (script.includes('Segmentation')) expect(detail).toContain('Segmentation fault');
    expect(hint).toBeDefined();
    expect(`${summary}${detail}`).not.toContain('error: @');
  });

  it('shows no end mark when libvirtd dies between two answers', async () => {
    standIn(`echo one; echo $mark; echo "error: $mark" >&2
echo "error: Disconnected from qemu:///system due to end of file" >&2
echo "error: End of file while reading data: Input/output error" >&2
echo "error: $mark" >&2; echo $mark; exit 1`);
    const error = await failure(virsh.must(LISTS));
    expect(error).toMatchObject({ code: 'host-not-ready', summary: "libvirt can't be reached" });
    expect(error.detail).not.toContain('@');
  });

  it.each([
    ['stdout', 'yes'],
    ['stderr', 'yes >&2'],
    ['stdout, within an answer', 'echo one; echo $mark; echo "error: $mark" >&2; yes'],
  ])('that floods %s is ended, within bounds of memory', async (_where, script) => {
    standIn(script);
    const before = process.memoryUsage.rss();
    const texts: string[] = [];
    const asked = virsh.ask(LISTS, { onText: (_index, text) => texts.push(text) });
    const { summary, code } = await failure(asked);
    expect(code).toBe('tool-failed');
    expect(summary).toBe('virsh printed more than 32 MiB, and was stopped');
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
  });

  it('that is silent is given up after the time for that answer, and named', async () => {
    standIn('echo one; echo $mark; echo "error: $mark" >&2; exec sleep 61.7');
    const uuid = '0ba07b68-811d-49e1-b68d-bd23a1803037';
    const waits: string[] = [];
    const patient = new Virsh({
      uri: 'qemu:///system',
      env,
      waiting: (what) => waits.push(what),
    });
    patient.learnNames([
      [uuid, 'other-vm'],
      [uuid, uuid],
    ]);
    const asked = patient.ask([['list'], ['dumpxml', uuid]], { timeoutSeconds: 3 });
    const { summary, hint } = await failure(asked);
    expect(summary).toBe('libvirt has not answered for 3 s: dumpxml of other-vm');
    expect(hint).toContain(`virsh domcontrol ${uuid}`);
    expect(waits).toEqual([expect.stringMatching(/^dumpxml of other-vm \([23] s\)$/)]);
  });

  it('that falls silent is asked once more for what is left, and what it waits for is named', async () => {
    // The first answer comes; the second is on its way, but not written out.
    standIn(`case "$*" in *--err*) ;; *) echo one; echo $mark; exec sleep 61.8;; esac
case "$*" in *"-q -c qemu:///system list"*) echo wrong; exit 1;; esac
echo two; echo $mark; echo "error: $mark" >&2; sleep 3
echo three; echo $mark; echo "error: $mark" >&2`);
    const waits: string[] = [];
    const patient = new Virsh({ uri: 'qemu:///system', env, waiting: (what) => waits.push(what) });
    const heard: [number, string][] = [];
    await patient.ask([['list'], ['dumpxml', 'a'], ['dumpxml', 'b']], {
      onText: (index, text) => heard.push([index, text]),
    });
    expect(heard).toEqual([
      [0, 'one'],
      [1, 'two'],
      [2, 'three'],
    ]);
    expect(waits).toEqual([expect.stringMatching(/^dumpxml of b /)]);
  });

  it('that ignores SIGTERM is killed when the question is withdrawn', async () => {
    standIn('trap "" TERM; while :; do sleep 0.1; done');
    const stop = new AbortController();
    const asked = virsh.ask(LISTS, { signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 300);
    expect((await failure(asked)).code).toBe('interrupted');
  });

  it.each([
    ['for as long as it is not whole', 2, 'one two'],
    ['but not for ever', 9, 'error'],
  ])('whose list loses a pool as it is read is asked again, %s', async (_how, times, end) => {
    const said = join(folder, 'said');
    writeFileSync(said, '');
    standIn(`printf '%s\\n' "$asked" >> ${said}
case $asked in *domstate*) echo running; echo $mark; echo "error: $mark" >&2;; esac
if [ $(wc -l < ${said}) -gt ${times} ]; then echo one two; else
  echo "error: Storage pool not found: no storage pool with matching uuid 'x'" >&2; fi
echo $mark; echo "error: $mark" >&2`);
    const [state, list] = await virsh.ask([
      ['domstate', 'a'],
      ['pool-list', '--uuid'],
    ]);
    expect(state?.text).toBe('running');
    expect(list?.error ? 'error' : list?.text).toBe(end);
    // Only what was not whole.
    const asked = readFileSync(said, 'utf8').trimEnd().split('\n');
    expect(asked.map((line) => /^(domstate|pool-list)/.exec(line)?.[1])).toEqual([
      'domstate',
      ...Array.from({ length: Math.min(times, 3) }, () => 'pool-list'),
    ]);
  });

  it('says which list has a line that is none', async () => {
    standIn(
      'for n in $(seq "$(printf %s "$asked" | grep -o "echo --err" | grep -c .)"); do ' +
        'echo "Welcome to this machine"; echo $mark; echo "error: $mark" >&2; done',
    );
    const fleet = { vms: [], host: { storagePool: 'default' } } as unknown as ResolvedFleet;
    const { summary, detail } = await failure(observe(virsh, fleet, () => new Date(0)));
    expect(summary).toMatch(/^libvirt's answer to list --all --uuid --name can't be read/);
    expect(detail).toBe('It begins: Welcome to this machine');
  });

  it.each([
    ['ends early', '<domain><name>a</na'],
    ['is no XML', 'Warning: half \\377\\376 of it'],
  ])('says whose definition %s', async (_what, xml) => {
    const uuid = '0ba07b68-811d-49e1-b68d-bd23a1803037';
    standIn(`case $asked in
*net-list*) for n in $(seq "$(printf %s "$asked" | grep -o "echo --err" | grep -c .)"); do
  [ $n = 2 ] && echo '${uuid} other'; echo $mark; echo "error: $mark" >&2; done;;
*) printf '${xml}'; echo $mark; echo "error: $mark" >&2;;
esac`);
    const fleet = { vms: [], host: { storagePool: 'default' } } as unknown as ResolvedFleet;
    const { summary } = await failure(observe(virsh, fleet, () => new Date(0)));
    expect(summary).toContain(`libvirt's answer to dumpxml --inactive ${uuid} can't be read`);
  });
});
