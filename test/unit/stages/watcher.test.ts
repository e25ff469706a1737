/** What a watcher answers, when, and what it makes of hostile input. */
import { describe, expect, it } from 'vitest';
import type { NodeEffect } from '../../../src/model/index.js';
import { createMasker } from '../../../src/secrets/index.js';
import { NodeWatcher } from '../../../src/stages/index.js';
import {
  edgeNode,
  inputOf,
  inputsOf,
  POWER_ON,
  replay,
  SECRETS,
  textOf,
  type Step,
} from './replay.js';
import { cpuMs } from '../cpu.js';

const [USER, PASSWORD] = SECRETS as [string, string];
const prompted: Step[] = [
  { at: 10, says: 'Provide Username and Password for the IO:\r\n' },
  { at: 11, says: 'Username: ' },
];
const types = (effects: readonly NodeEffect[]): [number, string][] =>
  effects.flatMap((effect) =>
    effect.kind === 'type' ? [[effect.answer, textOf(effect.send)]] : [],
  );
const newWatcher = (memory?: unknown, late = false): NodeWatcher =>
  new NodeWatcher(edgeNode, 'interactive', { secrets: SECRETS, startedAt: POWER_ON, late, memory });

describe('prompts', () => {
  it('are answered once nothing follows for half a second, and once', () => {
    expect(replay('interactive', inputsOf([...prompted, { at: 11.4 }])).typed).toEqual([]);
    expect(
      replay('interactive', inputsOf([...prompted, { at: 11.5 }, { at: 30 }, { at: 300 }])).typed,
    ).toEqual(['username']);
  });

  it('are no prompts when the line goes on', () => {
    const { typed } = replay(
      'interactive',
      inputsOf([...prompted, { at: 11.3, says: 'is asked for below\r\n' }, { at: 20 }]),
    );
    expect(typed).toEqual([]);
  });

  it('that somebody else answered do not count', () => {
    const watcher = new NodeWatcher(edgeNode, 'interactive', {
      secrets: SECRETS,
      startedAt: POWER_ON,
    });
    const again = Array.from({ length: 5 }, (_, index) => [
      { at: 70 + 2 * index, says: 'bob\r\nPassword: \r\nWhat?\r\nUsername: ' },
      { at: 71 + 2 * index },
    ]);
    const effects = inputsOf([...prompted, ...again.flat()]).flatMap((input) =>
      watcher.take(input),
    );
    expect(effects.filter(({ kind }) => kind === 'type').length).toBeGreaterThan(4);
    expect(watcher.outcome).toBe('under-way');
  });

  it('are answered again when they are asked again, up to a number', () => {
    const again = (times: number): Step[] =>
      Array.from({ length: times }, (_, index) => ({
        at: 20 + index * 5,
        says: `\r\n${index % 2 ? 'Username: ' : 'What?\r\nUsername: '}`,
      }));
    expect(
      replay('interactive', inputsOf([...prompted, ...again(2), { at: 90 }])).typed,
    ).toHaveLength(3);
    const { failure, watcher, typed } = replay(
      'interactive',
      inputsOf([...prompted, ...again(3), { at: 90 }]),
    );
    expect(typed).toHaveLength(3);
    expect(failure).toEqual({
      class: 'workflow',
      stage: 'onboarding',
      at: 30.5,
      line: 'Username:',
    });
    expect(watcher.failure?.message).toBe('The node asks for its username again after 3 answers');
  });

  it('still stand when the kernel says something', () => {
    const message = '[   52.123456] veth1: renamed from tmp\r\n';
    const at = (...says: string[]): Step[] =>
      says.map((text, index) => ({ at: 11.2 + index / 10, says: text }));
    const typed = (...steps: Step[]): string[] =>
      replay('interactive', inputsOf([...prompted, ...steps, { at: 20 }])).typed;
    expect(typed(...at(message))).toEqual(['username']);
    expect(typed(...at(message.slice(0, 5), message.slice(5), message))).toEqual(['username']);
    expect(typed(...at(message, 'somebody\r\n'))).toEqual([]);
    expect(typed(...at(message, '\r\n'))).toEqual([]);
    expect(typed(...at('is [   52.123456] no prompt\r\n'))).toEqual([]);
    const { watcher } = replay('interactive', inputsOf([...prompted, ...at(message)]));
    expect(watcher.lastLine).toBe(message.trim());
    const panic = replay(
      'interactive',
      inputsOf([...prompted, ...at('[   52.123456] Kernel panic - not syncing: x\r\n')]),
    );
    expect(panic.failure?.line).toBe('[   52.123456] Kernel panic - not syncing: x');
  });

  it('stand until something else is said', () => {
    const { watcher } = replay('interactive', inputsOf([...prompted, { at: 12 }]));
    const after = (says: string): string => {
      watcher.take(inputOf({ at: 13, says }));
      return watcher.standing(1);
    };
    expect(after('[   52.1')).toBe('asked');
    expect(after('23456] veth1: renamed\r\n')).toBe('asked');
    expect(after('adm')).toBe('written-on');
    expect(after('in\r\n')).toBe('over');
    expect(watcher.standing(2)).toBe('over');
  });

  it('painted over another one are others', () => {
    const { typed } = replay(
      'interactive',
      inputsOf([...prompted, { at: 13, says: '\rPassword: ' }, { at: 15 }]),
    );
    expect(typed).toEqual(['username', 'password']);
  });

  it('of another stage or flow are not answered', () => {
    expect(
      replay('interactive', inputsOf([{ at: 1, says: 'Password: ' }, { at: 5 }])).typed,
    ).toEqual([]);
    expect(replay('non-interactive', inputsOf([...prompted, { at: 15 }])).typed).toEqual([]);
  });

  it('that were answered in the past are not answered', () => {
    const past: Step = {
      at: 50,
      late: true,
      says:
        'Provide Username and Password for the IO:\r\n' +
        'Username: x\r\n' +
        'Password: \r\n' +
        'Username: y\r\n',
    };
    expect(replay('interactive', inputsOf([past, { at: 80 }])).typed).toEqual([]);
  });

  it('that something late follows are not answered, though it was read long after', () => {
    const late: Step = { at: 60, late: true, says: 'is asked for below\r\n' };
    const watcher = newWatcher();
    const effects = inputsOf([...prompted, late, { at: 80 }]).flatMap((input) =>
      watcher.take(input),
    );
    expect(types(effects)).toEqual([]);
  });

  it('found in the log are answered when they are the last thing said for ten seconds', () => {
    const found: Step = {
      at: 50,
      late: true,
      says: 'Provide Username and Password for the IO:\r\nUsername: ',
    };
    expect(replay('interactive', inputsOf([found, { at: 59.9 }])).typed).toEqual([]);
    expect(replay('interactive', inputsOf([found, { at: 60 }])).typed).toEqual(['username']);
    expect(
      replay('interactive', inputsOf([found, { at: 55, says: '\r\nPassword: ' }, { at: 55.5 }]))
        .typed,
    ).toEqual(['password']);
  });
});

describe('a watcher that takes over', () => {
  const asked = (): unknown => {
    const watcher = newWatcher();
    const effects = inputsOf([...prompted, { at: 12 }]).flatMap((input) => watcher.take(input));
    expect(types(effects)).toEqual([[1, 'username']]);
    return JSON.parse(JSON.stringify(watcher.memory)) as unknown;
  };
  const go = (steps: readonly Step[]): [number, string][] => {
    const watcher = newWatcher(asked());
    return inputsOf(steps).flatMap((input) => types(watcher.take(input)));
  };

  it('types the answer again after ten silent seconds: it was killed before it typed', () => {
    expect(go([{ at: 60 }, { at: 69.9 }])).toEqual([]);
    expect(go([{ at: 60 }, { at: 70 }, { at: 80 }, { at: 999 }])).toEqual([[1, 'username']]);
  });

  it('types it again though the kernel said something meanwhile', () => {
    const message = '[   52.123456] veth1: renamed from tmp\r\n';
    expect(
      go([{ at: 60, late: true, says: message }, { at: 62, says: message }, { at: 69.9 }]),
    ).toEqual([]);
    expect(
      go([{ at: 60, late: true, says: message }, { at: 62, says: message }, { at: 70 }]),
    ).toEqual([[1, 'username']]);
    expect(
      go([{ at: 60, late: true, says: `${message}${USER}\r\n${message}` }, { at: 300 }]),
    ).toEqual([]);
  });

  it('types nothing when the answer had arrived', () => {
    const echoed = newWatcher();
    for (const input of inputsOf([...prompted, { at: 12 }, { at: 13, says: USER.slice(0, 3) }]))
      echoed.take(input);
    const after = newWatcher(JSON.parse(JSON.stringify(echoed.memory)));
    expect(
      inputsOf([{ at: 60 }, { at: 300 }]).flatMap((input) => types(after.take(input))),
    ).toEqual([]);
    expect(go([{ at: 60, says: '\r\nPassword: ' }, { at: 61 }])).toEqual([[2, 'password']]);
    expect(go([{ at: 60, says: '\r\n' }, { at: 300 }])).toEqual([]);
    expect(
      go([
        { at: 60, late: true, says: `${USER}\r\nPassword: \r\nSecure Boot Status: on\r\n` },
        { at: 300 },
      ]),
    ).toEqual([]);
  });

  it('reads what was said meanwhile before it looks at the time', () => {
    const memory = asked();
    const late: Step = {
      at: 90_000,
      late: true,
      says: '\r\nPassword: \r\nSecure Boot Status: on\r\n',
    };
    const watcher = newWatcher(memory);
    const effects = inputsOf([late, { at: 90_001 }]).flatMap((input) => watcher.take(input));
    expect(effects).toMatchObject([{ kind: 'stage', visit: { stage: 'workflow', late: true } }]);
    const installing = newWatcher();
    for (const input of inputsOf([
      ...prompted,
      { at: 12 },
      { at: 13, says: '\r\nSecure Boot Status: on\r\n' },
    ]))
      installing.take(input);
    const silent = newWatcher(installing.memory);
    // Its time is counted on: 3600 s, of which nobody watched any.
    expect(
      inputsOf([{ at: 90_000 }, { at: 93_599 }]).flatMap((input) => silent.take(input)),
    ).toEqual([]);
    expect(silent.take(inputOf({ at: 93_600 }))).toMatchObject([
      { kind: 'failed', failure: { class: 'timeout', stage: 'workflow' } },
    ]);
  });

  it('does not count the time in which nobody was there to answer', () => {
    const settled = newWatcher();
    for (const input of inputsOf([...prompted, { at: 12 }])) settled.take(input);
    const again = newWatcher(JSON.parse(JSON.stringify(settled.memory)));
    expect(
      inputsOf([{ at: 90_000 }, { at: 90_010 }]).flatMap((input) => types(again.take(input))),
    ).toEqual([[1, 'username']]);
    // 1800 s in the stage, from 10 on: 2 of them passed before, and the rest is counted on, however
    // often somebody else takes over.
    const third = newWatcher(JSON.parse(JSON.stringify(again.memory)));
    for (const input of inputsOf([{ at: 180_010 }, { at: 180_010 + 1787 }])) third.take(input);
    expect(third.outcome).toBe('under-way');
    third.take(inputOf({ at: 180_010 + 1788 }));
    expect(third.failure).toMatchObject({ class: 'timeout', stage: 'onboarding' });
  });

  it('recovers from what was met meanwhile, however long that took', () => {
    const watcher = newWatcher();
    for (const input of inputsOf([
      { at: 1, says: 'iPXE 1.21.1 -- Open Source Network Boot Firmware -- https://ipxe.org\r\n' },
      { at: 3 },
    ]))
      watcher.take(input);
    const again = newWatcher(JSON.parse(JSON.stringify(watcher.memory)));
    const effects = inputsOf([
      { at: 90_000, late: true, says: 'Retry with UEFI HTTP Boot again.\r\niPXE> ' },
      { at: 90_010 },
    ]).flatMap((input) => again.take(input));
    expect(effects).toMatchObject([
      { kind: 'recovering', stage: 'ipxe' },
      { kind: 'type', send: { kind: 'text', text: 'reboot' } },
    ]);
    // Killed before it was typed.
    const third = newWatcher(JSON.parse(JSON.stringify(again.memory)));
    expect(
      inputsOf([{ at: 180_000 }, { at: 180_010 }]).flatMap((input) => third.take(input)),
    ).toMatchObject([{ kind: 'type', send: { kind: 'text', text: 'reboot' } }]);
  });

  it('tells nothing again, and refuses what is no memory of this profile and flow', () => {
    const memory = asked();
    expect(newWatcher(memory).take(inputOf({ at: 13 }))).toEqual([]);
    expect(NodeWatcher.resumes(memory, edgeNode, 'interactive')).toBe(true);
    expect(NodeWatcher.resumes(memory, edgeNode, 'none')).toBe(false);
    expect(NodeWatcher.resumes(memory, { ...edgeNode, digest: '0' }, 'interactive')).toBe(false);
    for (const other of [
      null,
      undefined,
      1,
      'x',
      [],
      {},
      { ...(memory as object), visits: [] },
      { ...(memory as object), console: null },
    ])
      expect(NodeWatcher.resumes(other, edgeNode, 'interactive')).toBe(false);
    expect(() => newWatcher({})).toThrow();
  });
});

describe('what is told', () => {
  it('the first stage at the first look, and the rest in order', () => {
    const watcher = newWatcher();
    expect(watcher.take(inputOf({ at: 0 }))).toEqual([
      {
        kind: 'stage',
        visit: {
          stage: 'firmware',
          title: 'Firmware',
          enteredAt: '2026-03-01T10:00:00.000Z',
          leftAt: null,
          line: null,
          late: false,
        },
      },
    ]);
    expect(
      watcher.take(inputOf({ at: 5, says: '>>Start HTTP Boot over IPv4....\r\n' })),
    ).toMatchObject([
      { kind: 'stage', visit: { stage: 'http-boot', line: '>>Start HTTP Boot over IPv4....' } },
    ]);
    expect(watcher.lastLine).toBe('>>Start HTTP Boot over IPv4....');
    expect(
      watcher
        .take(inputOf({ at: 6, says: 'Secure Boot Status: x\r\nReset System\r\n' }))
        .map(({ kind }) => kind),
    ).toEqual(['stage', 'stage']);
  });

  it('nothing after the end', () => {
    const { watcher } = replay(
      'none',
      inputsOf([{ at: 1, says: 'Kernel panic - not syncing: x\r\n' }]),
    );
    expect(watcher.outcome).toBe('failed');
    expect(watcher.take(inputOf({ at: 2, says: 'Secure Boot Status: x\r\n' }))).toEqual([]);
    expect(watcher.take(inputOf({ at: 9999 }))).toEqual([]);
  });

  it('a clock that goes backwards makes no stage of negative length', () => {
    const { watcher } = replay(
      'none',
      inputsOf([
        { at: 50, says: 'Start HTTP Boot over IPv4\r\n' },
        { at: 20, says: 'x/boot.ipxe... ok\r\n' },
      ]),
    );
    for (const { enteredAt, leftAt } of watcher.visits)
      expect(Date.parse(leftAt ?? enteredAt)).toBeGreaterThanOrEqual(Date.parse(enteredAt));
  });
});

describe('a node that starts anew', () => {
  const boot = (at: number): Step[] => [
    { at, says: '>>Start HTTP Boot over IPv4....\r\n' },
    {
      at: at + 10,
      says: 'https://tinkerbell-haproxy.lab.internal/tink-stack/boot.ipxe... ok\r\nEFI stub: Loaded initrd from x\r\n',
    },
    { at: at + 20, says: 'Provide Username and Password for the IO:\r\nUsername: ' },
    { at: at + 22, says: '\r\nSecure Boot Status: off\r\n' },
  ];

  it('before it has left the network boots again, is let in again, and each visit is told', () => {
    const { stages, typed } = replay('interactive', inputsOf([...boot(10), ...boot(100)]));
    const way = ['http-boot', 'ipxe', 'hook', 'onboarding', 'workflow'];
    expect(stages.map(([stage]) => stage)).toEqual(['firmware', ...way, ...way]);
    expect(typed).toEqual(['username', 'username']);
  });

  it('from its disk says much again that means nothing new', () => {
    const { stages, typed } = replay(
      'interactive',
      inputsOf([...boot(10), { at: 50, says: 'Reset System\r\n' }, ...boot(100), { at: 200 }]),
    );
    expect(stages.at(-1)).toEqual(['reboot', 50]);
    expect(typed).toEqual(['username']);
  });
});

describe('a node that was installed before', () => {
  it('is found again by what is kept of its last boot', () => {
    const boot =
      'BdsDxe: starting Boot0006 "ubuntu" from HD\r\n' +
      'EFI stub: Loaded initrd from x\r\n' +
      'Ubuntu 24.04.1 LTS edge-1 ttyS0\r\n' +
      '\r\n' +
      'edge-1 login: ';
    const { stages, watcher, typed } = replay(
      'interactive',
      inputsOf([{ at: 5, says: boot, late: true }, { at: 60 }]),
    );
    expect(stages.map(([stage]) => stage)).toEqual(['firmware', 'ubuntu', 'agents']);
    expect(typed).toEqual([]);
    expect(
      watcher.take(inputOf({ at: 70, orchestrator: ['Running', 'Provisioned'] })).at(-1),
    ).toEqual({ kind: 'ready' });
  });

  it('gets ready by its status though that was the same before ven came', () => {
    const watcher = new NodeWatcher(edgeNode, 'interactive', {
      secrets: [],
      startedAt: POWER_ON,
      late: true,
    });
    const steps: Step[] = [
      { at: 1, orchestrator: ['Running', 'Provisioned'] },
      { at: 2, late: true, says: 'BdsDxe: starting Boot0006 "ubuntu" from HD\r\n' },
      { at: 12, orchestrator: ['Running', 'Provisioned'] },
    ];
    for (const input of inputsOf(steps)) watcher.take(input);
    expect(watcher.outcome).toBe('ready');
    expect(watcher.visits[0]?.late).toBe(true);
  });

  it.each(['at once', 'by its memory'])(
    'does not where all is told that it said since its power-on: %s',
    (how) => {
      const options = { secrets: [], startedAt: POWER_ON, late: true, fromPowerOn: true };
      const first = new NodeWatcher(edgeNode, 'interactive', options);
      const memory = JSON.parse(JSON.stringify(first.memory)) as unknown;
      const watcher =
        how === 'at once'
          ? first
          : new NodeWatcher(edgeNode, 'interactive', { secrets: [], startedAt: 0, memory });
      const up = 'BdsDxe: starting Boot0006 "ubuntu" from HD\r\n';
      const failed: [string, string] = ['Provisioning Failed: disk', ''];
      const steps: Step[] = [
        { at: 1, orchestrator: failed },
        { at: 2, says: up },
        { at: 12, orchestrator: failed },
      ];
      for (const input of inputsOf(steps)) watcher.take(input);
      expect(watcher.outcome).toBe('under-way');
      watcher.take(inputOf({ at: 20, orchestrator: ['Running', ''] }));
      expect(watcher.outcome).toBe('ready');
    },
  );
});

describe('the orchestrator', () => {
  const up: Step[] = [
    { at: 10, says: 'Secure Boot Status: on\r\nReset System\r\n' },
    { at: 20, says: 'BdsDxe: starting Boot0006 "ubuntu" from HD\r\n' },
  ];

  it('says that a node is ready', () => {
    const { stages, watcher } = replay(
      'none',
      inputsOf([...up, { at: 30, orchestrator: ['Running', 'Provisioned'] }]),
    );
    expect(stages.at(-1)).toEqual(['ready', 30]);
    expect(watcher.visits.at(-1)?.line).toBe('Running');
  });

  it('counts only where that can be, and not what it said of an earlier life', () => {
    const outcome = (...steps: Step[]): string => replay('none', inputsOf(steps)).outcome;
    expect(
      outcome(
        { at: 10, says: 'Start HTTP Boot over IPv4\r\n' },
        { at: 12, orchestrator: ['Running', ''] },
      ),
    ).toBe('under-way');
    const stale: Step = { at: 1, orchestrator: ['Running', 'Provisioning Failed: x'] };
    expect(
      outcome(stale, ...up, { at: 30, orchestrator: ['Running', 'Provisioning Failed: x'] }),
    ).toBe('under-way');
    expect(
      outcome(
        stale,
        ...up,
        { at: 30, orchestrator: ['', ''] },
        { at: 40, orchestrator: ['Running', ''] },
      ),
    ).toBe('ready');
    expect(
      outcome(
        stale,
        ...up,
        { at: 30, orchestrator: ['Running', ''] },
        { at: 40, orchestrator: ['Running', 'Provisioning Failed: y'] },
      ),
    ).toBe('failed');
  });
});

describe('hostile consoles', () => {
  it('10 MB without a newline take bounded memory and time, and what follows is read', () => {
    const watcher = newWatcher();
    const piece = Buffer.alloc(65_536, 'x');
    const took = cpuMs(() => {
      for (let index = 0; index < 160; index++)
        watcher.take({ kind: 'console', at: POWER_ON + 1, bytes: piece, late: false });
    });
    expect(took).toBeLessThan(5000);
    expect(JSON.stringify(watcher.memory).length).toBeLessThan(10_000);
    expect(
      watcher.take(inputOf({ at: 2, says: '\r\n>>Start HTTP Boot over IPv4\r\n' })),
    ).toMatchObject([{}]);
    expect(watcher.stage).toBe('http-boot');
  });

  it.each([
    ['every byte', Buffer.from(Array.from({ length: 2560 }, (_, index) => index % 256))],
    [
      'unfinished sequences',
      Buffer.from('\u001b[\u001b]0;\u001bP\u001b[999999999;9H\u001b[38;5;\u009b'.repeat(50)),
    ],
    [
      'cut and overlong UTF-8',
      Buffer.from([0xc3, 0xe2, 0x82, 0xf0, 0x9f, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff, 0xfe]),
    ],
  ])('%s', (_, bytes) => {
    const whole = newWatcher();
    const single = newWatcher();
    const line = Buffer.from('\u0018\u001b\\\r\n>>Start HTTP Boot over IPv4....\r\n');
    whole.take({ kind: 'console', at: POWER_ON, bytes: Buffer.concat([bytes, line]), late: false });
    for (const byte of Buffer.concat([bytes, line]))
      single.take({ kind: 'console', at: POWER_ON, bytes: Uint8Array.of(byte), late: false });
    expect(single.memory).toEqual(whole.memory);
    expect(whole.stage).toBe('http-boot');
  });

  it.each([
    'BdsDxe: starting Boot0001 "',
    'Failed to start ',
    'Workflow ',
    'BdsDxe: failed to load Boot0001 ',
    'nstallation of agent',
  ])('a megabyte that nearly fits a pattern: %s', (text) => {
    for (const stage of [
      'Secure Boot Status\n',
      'Secure Boot Status\nReset System\nBdsDxe: starting Boot0006 "ubuntu"\n',
    ]) {
      const watcher = newWatcher();
      watcher.take(inputOf({ at: 1, says: stage }));
      const says = text.repeat(Math.ceil(1_000_000 / text.length));
      expect(cpuMs(() => watcher.take(inputOf({ at: 2, says })))).toBeLessThan(2000);
    }
  });
});

describe('secrets', () => {
  it('that a node echoes are in nothing that is told or kept', () => {
    const echoing = [
      ...prompted,
      { at: 13, says: `${USER}\r\nPassword: ` },
      { at: 15, says: PASSWORD.slice(0, 6) },
      { at: 16 },
    ];
    const rest = [
      {
        at: 17,
        says:
          `${PASSWORD.slice(6)}\r\n` +
          `user=${USER} pass=${PASSWORD}\r\n` +
          `Login incorrect for ${USER}\r\n`,
      },
    ];
    const watcher = newWatcher();
    const seen: unknown[] = [];
    for (const input of inputsOf([...echoing, ...rest]))
      seen.push(
        watcher.take(input),
        structuredClone(watcher.memory),
        watcher.lastLine,
        watcher.failure,
      );
    const text = JSON.stringify(seen);
    for (const secret of [USER, PASSWORD, PASSWORD.slice(0, 6)]) expect(text).not.toContain(secret);
    expect(watcher.failure?.line).toBe('Login incorrect for *********');
  });

  it('are masked as the masked beginning of a line that goes on', () => {
    const { watcher } = replay(
      'interactive',
      inputsOf([
        ...prompted,
        { at: 13, says: `x\r\nPassword: ${PASSWORD.slice(0, 5)}` },
        { at: 14 },
        { at: 15, says: `${PASSWORD.slice(5)}` },
        { at: 16 },
      ]),
      { restored: true },
    );
    expect(watcher.lastLine).toMatch(/^Password: \*+$/);
  });

  it('are redacted in any text', () => {
    const redact = createMasker([PASSWORD, 'a"b c', ''], edgeNode);
    expect(redact(`one ${PASSWORD} two`)).toBe('one ******** two');
    expect(redact(JSON.stringify({ password: 'a"b c' }))).toBe('{"password":"********"}');
    expect(redact(`?q=${encodeURIComponent('a"b c')}&x`)).toBe('?q=********&x');
    expect(redact(Buffer.from(PASSWORD).toString('base64'))).toBe('********');
    expect(redact('Username: somebody\r\nPassword: else\nPassword:\nnext\r\n')).toBe(
      'Username: ********\r\nPassword: ********\nPassword:\nnext\r\n',
    );
    expect(createMasker([])('Password: x')).toBe('Password: x');
  });
});
