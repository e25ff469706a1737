/** What stands in listr2 against using more of it: see decision 15. */
import { Listr } from 'listr2';
import { afterEach, expect, it, vi } from 'vitest';
import { run, start } from './stage.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const silent = {
  concurrent: true,
  exitOnError: false,
  renderer: 'silent',
  registerSignalListeners: false,
} as const;
const task = { title: 'a', task: () => new Promise((resolve) => setTimeout(resolve, 5)) };

it('listr2 ends the process when a list is cancelled', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const list = new Listr([task], silent);
  const running = list.run();
  list.cancel();
  await running;
  expect(exit).toHaveBeenCalledWith(127);
});

it('listr2 adds a listener to one signal for each task, and a run of ven adds none', async () => {
  const added: EventTarget[] = [];
  const original = Reflect.get(EventTarget.prototype, 'addEventListener') as () => void;
  vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
    this: EventTarget,
    ...args: unknown[]
  ) {
    added.push(this);
    Reflect.apply(original, this, args);
  });
  const most = (): number =>
    Math.max(...[...new Set(added)].map((signal) => added.filter((at) => at === signal).length));
  await new Listr([task, task, task], silent).run();
  expect(most()).toBe(3);
  added.length = 0;
  await run(['a', 'b', 'c'].map((name) => start(name))).result;
  expect(most()).toBe(1);
});

it('leaves Ctrl-C alone', async () => {
  const before = process.listenerCount('SIGINT');
  const stage = run([start('a')], {
    call: () => {
      expect(process.listenerCount('SIGINT')).toBe(before);
    },
  });
  expect(await stage.result).toMatchObject({ outcome: 'done' });
});
