/**
 * What the pages show of runs that take minutes: the views print it of these events and records,
 * whose times are those of a real run.
 */
import { expect, it } from 'vitest';
import type { NodeRecord, ProvisionEvent } from '../../../src/model/index.js';
import { timelineOf } from '../../../src/operations/timeline.js';
import { gatherNodes, provisionText } from '../../../src/view/index.js';
import { provisionLines } from '../../../src/view/provision/lines.js';
import { timelineText } from '../../../src/view/timeline/text.js';
import {
  failure,
  nodeFinished,
  nodeRecord,
  nodeStarted,
  provisionResult,
  provisionStarted,
  reached,
  time,
} from '../view/nodes.js';
import { blocksOf, matches, shownIn } from './blocks.js';

const STYLE = { colour: false, columns: 110 };
const TITLES: Record<string, string> = {
  firmware: 'Firmware',
  'http-boot': 'HTTP boot',
  ipxe: 'iPXE',
  hook: 'HookOS',
  onboarding: 'Onboarding',
  workflow: 'Workflow',
  reboot: 'Reboot',
  ubuntu: 'Ubuntu boot',
  agents: 'Agents',
};

/** The output of the page's only command, as it is there. */
function outputOn(page: string): string[] {
  const [shown] = blocksOf(page)
    .filter(({ kind }) => kind === 'console')
    .flatMap(shownIn);
  return shown?.output ?? [];
}

function expectAsShown(printed: string, page: string): void {
  const lines = printed.trimEnd().split('\n');
  const shown = outputOn(page);
  if (!matches(lines, shown)) expect(lines.join('\n')).toBe(shown.join('\n'));
}

/** How long a node was in each stage, in seconds. */
type Stages = readonly (readonly [stage: string, seconds: number])[];

const begins = (stages: Stages, at: number): number =>
  stages.slice(0, at).reduce((sum, [, seconds]) => sum + seconds, 0);

it('docs/onboarding.md shows what a run prints of its nodes', () => {
  const stages = Object.keys(TITLES);
  const nodes = {
    'node-1': [8.3, 22.1, 4.2, 4.9, 4.3, 3.3, 9, 15.2, 4],
    'node-2': [8.4, 25.3, 5.6, 6.2, 4.4, 1.6, 10.1, 13.5, 4.3],
  };
  const events = Object.entries(nodes).flatMap(([name, seconds], index): ProvisionEvent[] => {
    const own: Stages = seconds.map((each, at) => [stages[at] ?? '', each]);
    const answered = (stage: string, prompt: string, after: number): ProvisionEvent => ({
      type: 'node-answered',
      time: time(begins(own, stages.indexOf(stage)) + after),
      address: `vm.${name}`,
      stage,
      prompt,
    });
    const all = begins(own, own.length);
    const finished = nodeFinished(name, 'ready', own, all + 0.001) as ProvisionEvent & {
      type: 'node-finished';
    };
    return [
      nodeStarted(name, index / 1000),
      ...own.map(([stage], at) =>
        reached(name, stage, begins(own, at) + (at === 0 ? index / 1000 : 0), {
          title: TITLES[stage] ?? '',
        }),
      ),
      answered('onboarding', 'Username: ', 1),
      answered('onboarding', 'Password: ', 1.9),
      answered('agents', `edge000${index + 1} login: `, 1),
      answered('agents', 'Password: ', 1.9),
      {
        ...finished,
        stages: finished.stages.map((each) => ({ ...each, title: TITLES[each.stage] ?? '' })),
      },
    ];
  });
  const { emit, told } = gatherNodes();
  let printed = 'network.edge  created (0.3s)\nApplied in 2.2s: 3 created.\n';
  const lines = provisionLines((text) => (printed += text), STYLE);
  const started = provisionStarted(Object.keys(nodes), { fleet: 'onboarding' });
  const inOrder = events.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
  for (const event of [started, ...inOrder]) {
    emit(event);
    lines.emit(event);
  }
  const ready = Object.keys(nodes).map((name) => `vm.${name}` as const);
  const result = provisionResult({ ready, durationSeconds: 83 });
  printed += provisionText(told, result, { style: STYLE, words: 'fleets/onboarding.yaml' });
  expectAsShown(printed, 'docs/onboarding.md');
});

it('docs/timeline.md shows what a timeline draws', () => {
  const stages = Object.keys(TITLES).filter((stage) => !['onboarding', 'agents'].includes(stage));
  const record = (vm: string, from: number, seconds: number[], parts = {}): NodeRecord => {
    const own: Stages = seconds.map((each, at) => [stages[at] ?? 'ready', each]);
    const visits = own.map(([stage], at) => [stage, from + begins(own, at)] as const);
    const titled = nodeRecord(vm, visits, { flow: 'non-interactive', ...parts });
    return {
      ...titled,
      visits: titled.visits.map((visit) => ({ ...visit, title: TITLES[visit.stage] ?? 'Ready' })),
    };
  };
  const done = { outcome: 'ready' } as const;
  const full = failure('storage', 'workflow', 36, {
    message: 'The disk is full',
    line: "dd: error writing '/mnt/image': No space left on device",
  });
  const records = [
    record('edge-1', 0, [9.3, 12.4, 7.1, 12.5, 4.9, 20.2, 21.6, 0], done),
    record('edge-2', 0, [11.5, 10, 7.1, 7.2, 0.2], { outcome: 'failed', failure: full }),
    record('edge-3', 9, [14.1, 17.3, 9.8, 7.5, 45]),
    record('edge-4', 1, [12.1, 15.9, 7, 8.8, 5.1, 19.6, 22.4, 0], done),
    record('edge-5', 2, [12.3, 20.2, 6.9, 8.1, 5.5, 18.7, 23.1, 0], done),
    record('edge-6', 3, [10.9, 18.8, 7.6, 9.3, 4.4, 21.1, 22.8, 0], done),
  ];
  const stored = records.map((each) => ({
    vm: each.vm,
    record: each,
    writtenAt: new Date(time(103)),
    damage: null,
  }));
  const of = { fleet: 'edge-lab', host: 'qemu:///system', orchestrator: true };
  const printed = timelineText(timelineOf(of, stored), { ...STYLE, columns: 80 });
  expectAsShown(printed, 'docs/timeline.md');
});
