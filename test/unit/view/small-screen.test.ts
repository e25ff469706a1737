/** A fleet that is larger than the terminal: in the end every VM's last line can be read. */
import { expect, it } from 'vitest';
import { terminalProgress } from '../../../src/view/apply/terminal.js';
import { provisionTerminal } from '../../../src/view/provision/terminal.js';
import { creationPlan, failed, finished, skipped, started } from './example.js';
import { failure, nodeFinished, nodeStarted, provisionStarted, reached } from './nodes.js';
import { Screen } from './screen.js';

const style = { colour: true, columns: 80 };
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 15));
const NUMBERS = Array.from({ length: 30 }, (_, at) => at + 1);

/** The lines that are about it. */
const linesOf = (screen: Screen, name: string): string[] =>
  screen.text.split('\n').filter((line) => line.split(/\s+/).includes(name));

it('apply', async () => {
  const screen = new Screen();
  screen.write('$ ven apply\n');
  const plan = creationPlan(30);
  const view = terminalProgress(plan, screen.stream(), style);
  const asked = screen.text;
  await pause();
  expect(screen.text, 'a question may be open before the run').toBe(asked);
  view.emit({
    type: 'run-started',
    formatVersion: '1',
    time: new Date().toISOString(),
    run: 'r1',
    command: 'apply',
    fleet: plan.fleet,
    host: plan.host,
    summary: plan.summary,
    steps: plan.steps.length,
  });
  for (const number of NUMBERS) {
    const vm = `vm.edge-${number}`;
    view.emit(started(`${vm}:up`));
    await pause();
    if (number === 4) {
      view.emit(failed(`${vm}:up`, 1));
      view.emit(skipped(`${vm}:ready`, `${vm} failed`));
    } else if (number !== 17) {
      view.emit(finished(`${vm}:up`, 1));
      view.emit(finished(`${vm}:ready`, 1));
    }
  }
  view.emit({
    type: 'run-finished',
    time: new Date().toISOString(),
    outcome: 'failed',
    exitCode: 4,
    done: [],
    failed: [],
    skipped: [],
    unfinished: [],
    notRecreated: [],
    refused: [],
    durationSeconds: 98.7,
  });
  await view.close();
  screen.write('Not all applied\n');
  const expected = (number: number): string => {
    if (number === 4) return 'failed creating and starting: no such bridge: br9';
    return number === 17 ? 'not finished: creating and starting' : 'created and started';
  };
  for (const number of NUMBERS)
    expect(linesOf(screen, `vm.edge-${number}`)).toEqual([
      expect.stringContaining(expected(number)),
    ]);
  expect(screen.text).toMatch(/^\$ ven apply\n/);
  expect(screen.text.trimEnd()).toMatch(
    /28 of 30 done, 1 failed, 1 skipped \(1m 39s\)\nNot all applied$/,
  );
});

it('provision', async () => {
  const screen = new Screen();
  const view = provisionTerminal(screen.stream(), style);
  const names = NUMBERS.map((number) => `edge-${number}`);
  view.emit(provisionStarted(names));
  for (const name of names) {
    view.emit(nodeStarted(name, 0));
    view.emit(reached(name, 'ready', 1));
    await pause();
    const stages = [['ready', 1]] as const;
    view.emit(
      name === 'edge-9'
        ? nodeFinished(name, 'failed', stages, 2, failure('timeout', 'ready', 2))
        : nodeFinished(name, 'ready', stages, 2),
    );
  }
  await view.close();
  for (const name of names)
    expect(linesOf(screen, `vm.${name}`)).toEqual([
      expect.stringContaining(name === 'edge-9' ? '✖' : '✔'),
    ]);
  expect(screen.text.trimEnd()).toMatch(/29 of 30 ready, 1 failed [^\n]*$/);
});
