import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askTogether } from '../../../src/host/libvirt/ask-together.js';
import type { Command, Virsh, VirshReply } from '../../../src/host/libvirt/virsh.js';

/** What was asked of each process. */
let processes: string[][];
/** Commands that are never answered, and those that no process can be run for. */
let hangs: string[];
let broken: boolean;

const virsh = {
  ask: (commands: readonly Command[]): Promise<VirshReply[]> => {
    const words = commands.map((command) =>
      command.filter((word) => typeof word === 'string').join(' '),
    );
    processes.push(words);
    if (words.some((word) => hangs.includes(word))) return new Promise(() => undefined);
    if (broken && words.length > 1) return Promise.reject(new Error('broken'));
    return Promise.resolve(
      words.map((text) => ({ ok: true, text, answer: 'other', error: null }) as const),
    );
  },
} as unknown as Virsh;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  processes = [];
  hangs = [];
  broken = false;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('questions of one moment', () => {
  const texts = async (asked: Promise<VirshReply[]>): Promise<string[]> =>
    (await asked).map(({ text }) => text);

  it('share a process, and each has its own replies', async () => {
    const ask = askTogether(virsh);
    const asked = [
      ask([
        ['a', '1'],
        ['a', '2'],
      ]),
      ask([['b']]),
      ask([]),
    ];
    expect(await Promise.all(asked.map(texts))).toEqual([['a 1', 'a 2'], ['b'], []]);
    expect(processes).toEqual([['a 1', 'a 2', 'b']]);
    expect(await texts(ask([['c']]))).toEqual(['c']);
    expect(processes.slice(1)).toEqual([['c']]);
  });

  it('are asked apart where that process fails', async () => {
    broken = true;
    const ask = askTogether(virsh);
    expect(await Promise.all([ask([['a']]), ask([['b']])].map(texts))).toEqual([['a'], ['b']]);
    expect(processes).toEqual([['a', 'b'], ['a'], ['b']]);
  });

  it('do not wait for one that hangs', async () => {
    hangs = ['b'];
    const ask = askTogether(virsh);
    const a = texts(ask([['a']]));
    void ask([['b']]);
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(2900);
    expect(processes).toEqual([['a', 'b']]);
    await vi.advanceTimersByTimeAsync(200);
    expect(await a).toEqual(['a']);
    expect(processes.slice(1)).toEqual([['a'], ['b']]);
  });
});
