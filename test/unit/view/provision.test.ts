import { describe, expect, it } from 'vitest';
import { gatherNodes, provisionText } from '../../../src/view/index.js';
import { jsonProgress } from '../../../src/view/apply/progress.js';
import { provisionLines } from '../../../src/view/provision/lines.js';
import { nodeCounts, nodeRows, visibleNodes } from '../../../src/view/provision/node-rows.js';
import type { ProvisionEvent } from '../../../src/model/index.js';
import {
  failure,
  nodeFinished,
  nodeStarted,
  output,
  provisionResult,
  provisionStarted,
  reached,
  time,
} from './nodes.js';

const style = { colour: false, columns: 80 };

function lines(events: ProvisionEvent[]): string {
  let text = '';
  const view = provisionLines((more) => (text += more), style);
  for (const event of events) view.emit(event);
  return text;
}

describe('provisionLines', () => {
  it('is one line a transition, aligned, with what the stage before took', () => {
    const text = lines([
      provisionStarted(['edge-1', 'edge-10']),
      {
        type: 'node-registered',
        time: time(0),
        address: 'vm.edge-1',
        serialNumber: 'VH001N100M01',
        id: 'host-ab12',
        already: false,
      },
      nodeStarted('edge-1', 1),
      reached('edge-1', 'power-on', 1),
      output('edge-1', 'BdsDxe: loading'),
      reached('edge-1', 'http-boot', 13.3),
      {
        type: 'node-answered',
        time: time(14),
        address: 'vm.edge-1',
        stage: 'login',
        prompt: 'Username: ',
      },
      {
        type: 'node-answered',
        time: time(15),
        address: 'vm.edge-1',
        stage: 'login',
        prompt: '',
      },
      {
        type: 'node-recovering',
        time: time(20),
        address: 'vm.edge-1',
        stage: 'http-boot',
        trouble: 'ipxe-retry',
        attempt: 1,
        atMost: 3,
        line: ' Retry with UEFI HTTP Boot again.\u001b[2J',
      },
      reached('edge-1', 'hook', 85.3, { late: true }),
      {
        type: 'provision-warning',
        time: time(90),
        address: 'vm.edge-10',
        message: 'somebody is attached to its console',
      },
      {
        type: 'provision-warning',
        time: time(90),
        address: null,
        message: 'the orchestrator does not answer',
      },
      nodeFinished('edge-1', 'ready', [['power-on', 100]], 101),
      nodeFinished(
        'edge-10',
        'failed',
        [['workflow', 72]],
        101,
        failure('storage', 'workflow', 100),
      ),
    ]);
    expect(text).toBe(`edge-lab: 2 nodes to ready (interactive, profile edge-node).
vm.edge-1   registered as host-ab12 (VH001N100M01)
vm.edge-1   started
vm.edge-1   Power on
vm.edge-1   HTTP boot (Power on: 12.3s)
vm.edge-1   answered Username:
vm.edge-1   pressed Enter, to see a prompt
vm.edge-1   recovering from ipxe-retry, 1 of 3: Retry with UEFI HTTP Boot again.\\x1b[2J
vm.edge-1   HookOS (HTTP boot: at most 1m 12s)
vm.edge-10  warning: somebody is attached to its console
warning: the orchestrator does not answer
vm.edge-1   ready (1m 40s)
vm.edge-10  failed: storage: the disk is full (1m 12s)
`);
  });

  it('takes up what was known before', () => {
    const text = lines([
      provisionStarted([
        { address: 'vm.a', outcome: 'ready', stage: 'ready' },
        {
          address: 'vm.b',
          outcome: 'under-way',
          stage: 'hook',
          title: 'HookOS',
          enteredAt: time(-60),
        },
      ]),
      reached('b', 'login', 3),
      nodeFinished('b', 'left', [['login', 3]], 6),
    ]);
    expect(text)
      .toBe(`edge-lab: 2 nodes to ready (interactive, profile edge-node); 1 ready since before.
vm.b  Login (HookOS: 1m 3s)
vm.b  not ended, in Login (3.0s)
`);
  });
});

describe('the rows of the terminal', () => {
  it('follow the events', () => {
    const { rows, take } = nodeRows();
    take(
      provisionStarted([
        'a',
        'b',
        { address: 'vm.c', outcome: 'ready', stage: 'ready', title: 'Ready' },
      ]),
    );
    const [a, b, c] = rows;
    take(nodeStarted('a', 1));
    take(reached('a', 'power-on', 1));
    take(output('a', ' one\ttwo\u0007'));
    expect(a).toMatchObject({
      state: 'under-way',
      stage: 'Power on',
      output: 'one\\ttwo\\x07',
      startedAt: Date.parse(time(1)),
    });
    take(reached('a', 'http-boot', 13));
    expect(a).toMatchObject({
      stage: 'HTTP boot',
      enteredAt: Date.parse(time(13)),
      startedAt: Date.parse(time(1)),
    });
    take(nodeFinished('a', 'failed', [['power-on', 20]], 21, failure('boot', 'http-boot', 21)));
    expect(a).toMatchObject({
      state: 'failed',
      note: 'boot: the disk is full',
      output: '',
      endedAt: Date.parse(time(21)),
    });
    expect(b).toMatchObject({ state: 'waiting' });
    expect(c).toMatchObject({ state: 'ready' });
    expect(nodeCounts(rows)).toBe('1 of 3 ready, 1 failed, 1 waiting');
  });

  it('never are more than fit: under way with the newest first, then failures, then what ended last', () => {
    const { rows, take } = nodeRows();
    take(provisionStarted(Array.from({ length: 200 }, (_, at) => `n${at + 1}`)));
    for (let at = 1; at <= 30; at++) {
      take(nodeStarted(`n${at}`, at));
      take(reached(`n${at}`, 'power-on', at));
    }
    for (let at = 1; at <= 9; at++)
      take(nodeFinished(`n${at}`, at % 3 === 0 ? 'failed' : 'ready', [], 40 + at, null));
    take(reached('n12', 'http-boot', 60));
    const names = (height: number): string[] =>
      visibleNodes(rows, height).map(({ address }) => address.slice(3));
    expect(names(6)).toEqual(['n12', 'n30', 'n29', 'n28', 'n9', 'n6']);
    expect(names(30)).toHaveLength(30);
    expect(names(30).slice(20)).toEqual([
      'n10',
      'n9',
      'n6',
      'n3',
      'n8',
      'n7',
      'n5',
      'n4',
      'n2',
      'n1',
    ]);
    expect(names(200)[0]).toBe('n1');
    expect(nodeCounts(rows)).toBe('6 of 200 ready, 21 under way, 3 failed, 170 waiting');
  });
});

describe('provisionText', () => {
  const gathered = (events: ProvisionEvent[]): ReturnType<typeof gatherNodes>['told'] => {
    const { emit, told } = gatherNodes();
    for (const event of events) emit(event);
    return told;
  };

  it('tells each node, the failures whole, the counts, and what to do', () => {
    const told = gathered([
      provisionStarted([
        'edge-1',
        'edge-2',
        'edge-3',
        { address: 'vm.edge-4', outcome: 'ready', stage: 'ready' },
        'edge-5',
      ]),
      nodeFinished('edge-2', 'failed', [['power-on', 12], ['workflow', 30]], 50, failure('storage', 'workflow', 50)), // prettier-ignore
      nodeFinished('edge-1', 'ready', [['power-on', 12.3], ['http-boot', 24], ['power-on', 1], ['workflow', 600]], 700), // prettier-ignore
      nodeFinished('edge-3', 'left', [['power-on', 12.3], ['http-boot', 24]], 754), // prettier-ignore
    ]);
    const result = provisionResult({
      outcome: 'failed',
      exitCode: 4,
      ready: ['vm.edge-1', 'vm.edge-4'],
      failed: [
        {
          address: 'vm.edge-2',
          class: 'storage',
          stage: 'workflow',
          message: 'the disk is full',
          line: 'No space left\u001b[K',
        },
      ],
      left: ['vm.edge-3', 'vm.edge-5'],
      byClass: { storage: 1 },
    });
    expect(provisionText(told, result, { style, words: 'lab.yaml' }))
      .toBe(`NODE    RESULT       CLASS    TIME     POWER ON  HTTP BOOT  WORKFLOW
edge-1  ready        -        10m 37s  13.3s     24.0s      10m
edge-2  failed       storage  42.0s    12.0s     -          30.0s
edge-3  left         -        36.3s    12.3s     24.0s      -
edge-4  ready        -        -
edge-5  not started  -        -

error: vm.edge-2: storage, in Workflow: the disk is full
  No space left\\x1b[K

  failed: vm.edge-2
  not ended: vm.edge-3 (in HTTP boot), vm.edge-5 (not started)
  Read what it said: ven logs edge-2 lab.yaml
  Recreate it and try again: ven provision lab.yaml --retry-failed
  What is done stands; go on with the rest: ven provision lab.yaml
  Where each spent its time: ven timeline lab.yaml
Not all ready after 12m 34s: 2 ready, 1 failed (1 storage), 2 not ended.
`);
  });

  it('numbers the stages where their names do not fit', () => {
    const told = gathered([
      provisionStarted(['a']),
      nodeFinished('a', 'reached', [['power-on', 1], ['http-boot', 2], ['hook', 3]], 6), // prettier-ignore
    ]);
    const text = provisionText(told, provisionResult({ ready: ['vm.a'] }), {
      style: { colour: false, columns: 40 },
      words: './fleet.yaml',
    });
    expect(text).toBe(`NODE  RESULT   CLASS  TIME  1     2     3
a     reached  -      6.0s  1.0s  2.0s  3.0s
1 Power on, 2 HTTP boot, 3 HookOS

All ready after 12m 34s: 1 ready.
`);
  });

  it('leaves the stages out where not even their numbers fit, and breaks what is below', () => {
    const told = gathered([
      provisionStarted(['a']),
      nodeFinished('a', 'reached', [['power-on', 1], ['http-boot', 2], ['hook', 3]], 6), // prettier-ignore
    ]);
    const result = provisionResult({ ready: ['vm.a'] });
    const at = (columns: number): string =>
      provisionText(told, result, {
        style: { colour: false, columns, wrap: columns },
        words: 'lab.yaml',
      });
    expect(at(35)).toBe(`NODE  RESULT   CLASS  TIME
a     reached  -      6.0s
The times of their stages:
ven timeline lab.yaml

All ready after 12m 34s: 1 ready.
`);
  });

  it('of a run without nodes says why there are none', () => {
    const text = provisionText(gathered([provisionStarted([])]), provisionResult({}), {
      style,
      words: './fleet.yaml',
    });
    expect(text).toBe(
      'No node to onboard: each VM says power: off in the fleet file, or was left out.\n',
    );
  });

  it('of a run that never began is only what there is to say', () => {
    const text = provisionText(
      gathered([]),
      provisionResult({ outcome: 'interrupted', exitCode: 130, durationSeconds: 0.5 }),
      {
        style,
        words: './fleet.yaml',
      },
    );
    expect(text).toBe('Interrupted after 0.5s: 0 ready.\n');
  });
});

describe('jsonProgress', () => {
  it('takes these events too, as they are', () => {
    let text = '';
    const event = reached('a', 'hook', 3, { line: 'two\nlines' });
    jsonProgress((more) => (text += more)).emit(event);
    expect(JSON.parse(text)).toEqual(event);
    expect(text.trimEnd()).not.toContain('\n');
  });
});
