/** When a VM that was started counts as started; virsh's part is played by a function. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { haveWorked, startWatch } from '../../../src/host/libvirt/start-watch.js';
import type { Command, Virsh, VirshReply } from '../../../src/host/libvirt/virsh.js';

/** By UUID: what each question is answered. */
interface Answers {
  processors?: string;
  state?: string;
}
let vms: Record<string, Answers>;
/** The UUIDs of each process. */
let looks: string[][];

const WORKED =
  'VCPU:           0\nCPU:            1\nState:          running\nCPU time:       0.1s';
const IDLE = WORKED.replace('0.1s', '0.0s');

const reply = (text: string): VirshReply => ({ ok: true, text, answer: 'other', error: null });
const ask = (commands: readonly Command[]): Promise<VirshReply[]> => {
  const asked = commands.map((words) => words.filter((word) => typeof word === 'string'));
  if (asked.some(([verb]) => verb === 'vcpuinfo'))
    looks.push([...new Set(asked.map(([, uuid = '']) => uuid))]);
  return Promise.resolve(
    asked.map(([verb = '', uuid = '']) => {
      const { processors = '', state = 'running (booted)' } = vms[uuid] ?? {};
      const text = { vcpuinfo: processors, domstate: state, domname: `lab_${uuid}` }[verb] ?? '';
      return reply(text);
    }),
  );
};
const virsh = { uri: 'qemu+ssh://there/system', ask } as Virsh;

/** What becomes of it, and after how many milliseconds. */
async function end(watched: Promise<void>): Promise<{ after: number; error?: string }> {
  const began = performance.now();
  const at = (): number => Math.round((performance.now() - began) / 50) * 50;
  return watched.then(
    () => ({ after: at() }),
    (error: Error) => ({ after: at(), error: error.message.split('\n')[0] ?? '' }),
  );
}

/** Or a look later. */
function isASecond({ after, error }: Awaited<ReturnType<typeof end>>): void {
  expect(error).toBeUndefined();
  expect(after).toBeGreaterThanOrEqual(1000);
  expect(after).toBeLessThanOrEqual(1200);
}

beforeEach(() => {
  vi.useFakeTimers();
  vms = {};
  looks = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a VM that was started', () => {
  const watch = async (how = {}): Promise<Awaited<ReturnType<typeof end>>> => {
    const ended = end(startWatch(virsh)('a', how));
    await vi.advanceTimersByTimeAsync(5000);
    return ended;
  };

  it('has started at the first look that shows its processors at work', async () => {
    vms = { a: { processors: WORKED } };
    expect(await watch()).toEqual({ after: 50 });
    expect(looks).toHaveLength(1);
  });

  it.each([
    ['that are idle', IDLE],
    ['that libvirt says nothing of', ''],
    ['of which libvirt knows no time', IDLE.replace('CPU time:       0.0s', 'CPU time:       N/A')],
  ])('with processors %s has started when it still runs a second later', async (_what, text) => {
    vms = { a: { processors: text } };
    isASecond(await watch());
  });

  it('has the whole second after a pause', async () => {
    vms = { a: { processors: WORKED } };
    isASecond(await watch({ resumed: true }));
  });

  it.each([
    ['paused (I/O error)', WORKED],
    ['shut off (crashed)', ''],
    ['crashed (panicked)', IDLE],
  ])('has failed as soon as it is seen %s', async (state, processors) => {
    vms = { a: { processors, state } };
    const { after, error } = await watch();
    expect(after).toBe(50);
    expect(error).toBe(`It was started, and a moment later it is ${state}`);
  });

  it('has failed when it ends before its processors have worked', async () => {
    vms = { a: { processors: IDLE } };
    const ended = end(startWatch(virsh)('a'));
    await vi.advanceTimersByTimeAsync(400);
    vms = { a: { state: 'shut off (crashed)' } };
    await vi.advanceTimersByTimeAsync(500);
    expect((await ended).error).toContain('shut off (crashed)');
  });
});

describe('VMs that are started one after another', () => {
  it('are looked at together after the last of them', async () => {
    const watch = startWatch(virsh);
    vms = { a: { processors: WORKED }, b: { processors: WORKED }, c: { processors: WORKED } };
    const ends = [end(watch('a', { more: true }))];
    await vi.advanceTimersByTimeAsync(300);
    ends.push(end(watch('b', { more: true })));
    await vi.advanceTimersByTimeAsync(300);
    ends.push(end(watch('c')));
    await vi.advanceTimersByTimeAsync(1000);
    expect((await Promise.all(ends)).map(({ after }) => after)).toEqual([650, 350, 50]);
    expect(looks).toEqual([['a', 'b', 'c']]);
  });

  it('wait no longer than a second for the others', async () => {
    vms = { a: { processors: WORKED } };
    const ended = end(startWatch(virsh)('a', { more: true }));
    await vi.advanceTimersByTimeAsync(5000);
    isASecond(await ended);
  });

  it('are asked about again until each is known, and those that are known no more', async () => {
    vms = { a: { processors: WORKED }, b: { processors: IDLE } };
    const watch = startWatch(virsh);
    const ends = [end(watch('a')), end(watch('b'))];
    await vi.advanceTimersByTimeAsync(120);
    vms = { b: { processors: WORKED } };
    await vi.advanceTimersByTimeAsync(500);
    expect((await Promise.all(ends)).map(({ after }) => after)).toEqual([50, 150]);
    expect(looks).toEqual([['a', 'b'], ['b'], ['b']]);
  });
});

it('work of one processor is enough', () => {
  expect(haveWorked(`${IDLE}\n\n${WORKED}`)).toBe(true);
  expect(haveWorked(IDLE)).toBe(false);
});
