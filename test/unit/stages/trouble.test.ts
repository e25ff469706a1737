/**
 * Each trouble of the profile that comes along: its class and its decisive line; and that nothing
 * harmless counts as trouble.
 */
import { describe, expect, it } from 'vitest';
import {
  FAILURE_CLASSES,
  type FailureClass,
  type OnboardingFlow,
} from '../../../src/model/index.js';
import { loadProfile } from '../../../src/config/index.js';
import { edgeNode, inputsOf, replay, type Step } from './replay.js';

/** What brings a node to each stage. */
const WAY: [string, string][] = [
  ['http-boot', '>>Start HTTP Boot over IPv4....\r\n'],
  ['ipxe', 'https://tinkerbell-haproxy.lab.internal/tink-stack/boot.ipxe... ok\r\n'],
  ['hook', 'EFI stub: Loaded initrd from LINUX_EFI_INITRD_MEDIA_GUID device path\r\n'],
  ['onboarding', 'Provide Username and Password for the IO:\r\n'],
  ['workflow', 'Secure Boot Status: off\r\n'],
  ['reboot', 'Reset System\r\n'],
  ['ubuntu', 'BdsDxe: starting Boot0006 "ubuntu" from HD(1,GPT)/\\EFI\\ubuntu\\shimx64.efi\r\n'],
  ['agents', 'Ubuntu 22.04.5 LTS edge-1 ttyS0\r\n'],
];

function wayTo(stage: string): Step[] {
  const end = stage === 'firmware' ? 0 : WAY.findIndex(([name]) => name === stage) + 1;
  if (stage === 'microvisor') {
    return [
      ...wayTo('reboot'),
      {
        at: 19,
        says: 'BdsDxe: starting Boot0001 "UEFI QEMU HARDDISK QM00001 " from PciRoot(0x0)\r\n',
      },
    ];
  }
  return WAY.slice(0, end).map(([, says], index) => ({ at: index + 1, says }));
}

type Case = [
  trouble: string,
  stage: string,
  failureClass: FailureClass,
  says: string,
  line?: string,
];

const CASES: Case[] = [
  [
    'boot-file-refused',
    'http-boot',
    'boot',
    'BdsDxe: failed to load Boot0001 "UEFI HTTPv4 (MAC:52)" from Uri(): Access Denied\r\n',
  ],
  ['nothing-to-boot', 'firmware', 'boot', 'BdsDxe: No bootable option or device was found.\r\n'],
  ['disk-full', 'workflow', 'storage', 'cp: write error: No space left on device\r\n'],
  [
    'disk-full',
    'agents',
    'storage',
    '\u001b[31mtar: home: Cannot write: No space left on device\u001b[0m\r\n',
    'tar: home: Cannot write: No space left on device',
  ],
  [
    'disk-error',
    'workflow',
    'storage',
    '[   99.1] blk_update_request: I/O error, dev sda, sector 2048 op 0x1:(WRITE)\r\n',
  ],
  ['no-disk', 'hook', 'storage', 'No suitable disk found\r\n'],
  [
    'certificate',
    'hook',
    'network',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority\r\n',
  ],
  ['no-lease', 'hook', 'network', 'udhcpc: no lease, failing\r\n'],
  ['login-refused', 'onboarding', 'workflow', 'Login incorrect\r\n'],
  [
    'workflow-failed',
    'workflow',
    'workflow',
    'Workflow edge-1 failed: action "stream-ubuntu-image" exited with 1\r\n',
  ],
  [
    'kernel-panic',
    'ubuntu',
    'os',
    '[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n',
  ],
  [
    'kernel-panic',
    'microvisor',
    'os',
    '[    1.2] Kernel panic - not syncing: Attempted to kill init!\r\n',
  ],
  [
    'os-not-loaded',
    'reboot',
    'os',
    'BdsDxe: failed to load Boot0006 "ubuntu" from HD(1,GPT)/shimx64.efi: Not Found\r\n',
  ],
  ['os-not-loaded', 'reboot', 'os', 'BdsDxe: No bootable option or device was found.\r\n'],
  ['os-stuck', 'ubuntu', 'os', 'grub rescue> ', 'grub rescue>'],
  [
    'os-stuck',
    'ubuntu',
    'os',
    'You are in emergency mode. After logging in, type "journalctl -xb" to view\r\n',
  ],
  [
    'agent-failed',
    'agents',
    'agents',
    '[\u001b[0;1;31mFAILED\u001b[0m] Failed to start ' +
      '\u001b[0;1;39mplatform-update-agent.service\u001b[0m - Platform Update Agent.\r\n',
    '[FAILED] Failed to start platform-update-agent.service - Platform Update Agent.',
  ],
  ['agent-not-installed', 'agents', 'agents', 'Error: installation of node-agent failed\r\n'],
];

const flowOf = (stage: string): OnboardingFlow =>
  stage === 'onboarding' ? 'interactive' : 'non-interactive';

describe('trouble that fails a node at once', () => {
  it.each(CASES)('%s in %s: %s', (name, stage, failureClass, says, line = says.trim()) => {
    const flow = flowOf(stage);
    const { failure, outcome, watcher } = replay(
      flow,
      inputsOf([...wayTo(stage), { at: 20, says }, { at: 22, says: 'more\r\n' }, { at: 30 }]),
    );
    expect(outcome).toBe('failed');
    expect(failure).toMatchObject({ class: failureClass, stage, line });
    expect(watcher.failure?.message).toBe(
      edgeNode.trouble.find((trouble) => trouble.name === name)?.title,
    );
  });

  it('the orchestrator says that provisioning failed', () => {
    const { failure } = replay(
      'non-interactive',
      inputsOf([
        ...wayTo('workflow'),
        { at: 20, orchestrator: ['', 'Provisioning Failed: stream'] },
      ]),
    );
    expect(failure).toEqual({
      class: 'workflow',
      stage: 'workflow',
      at: 20,
      line: 'Provisioning Failed: stream',
    });
  });

  it.each([
    ['http-boot', 'boot'],
    ['hook', 'workflow'],
    ['agents', 'os'],
  ])('power off in %s: %s', (stage, failureClass) => {
    const { failure } = replay('none', inputsOf([...wayTo(stage), { at: 20, power: 'off' }]));
    expect(failure).toMatchObject({
      class: failureClass,
      stage,
      at: 20,
      line: WAY.find(([name]) => name === stage)?.[1].trim(),
    });
  });

  it('each class has its trouble, and each trouble is tried here or below', () => {
    const below = [
      'no-boot-file',
      'ipxe-network',
      'ipxe-gave-up',
      'firmware-shell',
      'os-firmware-shell',
      'os-login-refused',
      'provisioning-failed',
    ];
    const power = edgeNode.trouble
      .filter(({ when }) => when.kind === 'power-off')
      .map(({ name }) => name);
    const tried = new Set([...CASES.map(([name]) => name), ...below, ...power]);
    expect([...tried].sort()).toEqual(edgeNode.trouble.map(({ name }) => name).sort());
    const classes = new Set(edgeNode.trouble.map((trouble) => trouble.class));
    expect(FAILURE_CLASSES.filter((one) => !classes.has(one))).toEqual(['timeout']);
  });
});

describe('the login to the installed system', () => {
  const typedAt = (says: string, typed: boolean): Step[] => [
    ...wayTo('agents'),
    { at: 20, says: 'edge-1 login: ' },
    { at: 22, says: 'user\r\nPassword: ' },
    // Nothing is typed at a prompt that goes on at once.
    { at: typed ? 24 : 22.1, says: '\r\n' },
    { at: 30, says },
    { at: 40 },
  ];

  it.each([
    'Login incorrect\r\n',
    'You are required to change your password immediately (administrator enforced).\r\n',
    'The account is locked due to 3 failed logins.\r\n',
    'Your account has expired; please contact your system administrator.\r\n',
  ])('is refused: %j', (says) => {
    const { failure } = replay('none', inputsOf(typedAt(says, true)), { osLogin: true });
    expect(failure).toMatchObject({ class: 'agents', stage: 'agents', at: 30, line: says.trim() });
  });

  it('is not refused where somebody else has typed', () => {
    const says = 'Login incorrect\r\n';
    const steps = inputsOf(typedAt(says, false));
    expect(replay('none', steps, { osLogin: true }).outcome).toBe('under-way');
    expect(replay('none', inputsOf(typedAt(says, true))).outcome).toBe('under-way');
  });

  it('is typed again as often as the profile says, then the node has failed', () => {
    const steps = Array.from({ length: 11 }, (_, index): Step[] => [
      { at: 20 + index * 4, says: 'edge-1 login: ' },
      { at: 22 + index * 4, says: 'user\r\n' },
    ]).flat();
    const { watcher, typed } = replay('none', inputsOf([...wayTo('agents'), ...steps]), {
      osLogin: true,
    });
    expect(typed).toEqual(Array(10).fill('os-username'));
    expect(watcher.failure).toMatchObject({
      class: 'agents',
      message: 'The installed system asks for its username again after 10 answers',
    });
  });
});

describe('trouble that may be recovered from', () => {
  const RECOVERIES: [
    name: string,
    stage: string,
    failureClass: FailureClass,
    says: string,
    prompt: string,
    typed: string,
    atMost: number,
  ][] = [
    [
      'no-boot-file',
      'http-boot',
      'network',
      '  Error: Server response timeout.\r\n',
      'Shell> ',
      'reset',
      1,
    ],
    [
      'ipxe-network',
      'ipxe',
      'network',
      'vmlinuz-x86_64... Connection timed out (https://ipxe.org/4c0a6092)\r\n',
      'iPXE> ',
      'reboot',
      3,
    ],
    ['ipxe-gave-up', 'ipxe', 'boot', 'Retry with UEFI HTTP Boot again.\r\n', 'iPXE> ', 'reboot', 3],
    ['firmware-shell', 'http-boot', 'boot', '', 'Shell> ', 'reset', 3],
    ['os-firmware-shell', 'ubuntu', 'os', '', 'Shell> ', 'reset', 1],
  ];
  /** The trouble, so many times, each after a new start. */
  const times = (
    count: number,
    stage: string,
    says: string,
    prompt: string,
    typed: string,
  ): Step[] =>
    Array.from({ length: count }, (_, index): Step[] => {
      const at = 20 + 20 * index;
      const again =
        ['ubuntu'].includes(stage) || index === 0
          ? []
          : wayTo(stage).map((step) => ({ ...step, at: at + step.at / 10 }));
      return [
        ...again,
        { at: at + 2, says: `${says}${prompt}` },
        { at: at + 4, says: `${typed}\r\n` },
      ];
    }).flat();

  it.each(RECOVERIES)(
    '%s in %s: typed so often, then %s',
    (name, stage, failureClass, says, prompt, typed, atMost) => {
      const steps = [...wayTo(stage), ...times(atMost, stage, says, prompt, typed)];
      const held = replay('none', inputsOf(steps));
      expect(held).toMatchObject({
        outcome: 'under-way',
        typed: Array.from({ length: atMost }, () => typed),
      });
      const attempts = held.effects.flatMap((effect) =>
        effect.kind === 'recovering' ? [[effect.attempt, effect.atMost]] : [],
      );
      expect(attempts).toEqual(Array.from({ length: atMost }, (_, index) => [index + 1, atMost]));

      const once = [...wayTo(stage), ...times(atMost + 1, stage, says, prompt, typed)];
      const { failure, typed: all, watcher } = replay('none', inputsOf(once));
      expect(failure).toMatchObject({ class: failureClass, stage, line: (says || prompt).trim() });
      expect(all).toHaveLength(atMost);
      expect(watcher.failure?.message).toMatch(/, still after (one recovery|3 recoveries)$/);
    },
  );

  it('is counted by any name that a profile may give it', () => {
    const [error, prompt] = ['Error: it happened', 'again> '];
    const profile = loadProfile(
      'apiVersion: ven/v1\nprofile: p\nstages:\n' +
        '  - { name: constructor, timeout: 100s }\n' +
        '  - { name: ready, enter: [{ console: here we are }] }\n' +
        `trouble:\n  - { name: constructor, class: boot, console: '${error}', ` +
        `recover: { prompt: '${prompt.trim()}', type: y, atMost: 1 } }\n`,
      'profile.yaml',
    );
    const once = { at: 1, says: `${error}\r\n${prompt}` };
    const twice = [once, { at: 2, says: `y\r\n` }, { ...once, at: 3 }, { at: 9 }];
    expect(replay('none', inputsOf([once, { at: 9 }]), { profile })).toMatchObject({
      typed: ['y'],
    });
    expect(replay('none', inputsOf(twice), { profile }).failure).toMatchObject({ class: 'boot' });
    const late = [{ at: 1, says: 'x', late: true }, { at: 99 }, { at: 101 }];
    expect(replay('none', inputsOf(late), { profile }).failure).toMatchObject({ class: 'timeout' });
  });

  it('counts as failed with its own class when another fails, or time is up', () => {
    const error = { at: 10, says: '  Error: Unexpected network error.\r\n' };
    const expected = { class: 'network', line: 'Error: Unexpected network error.' };
    const nothing = { at: 60, says: 'BdsDxe: No bootable option or device was found.\r\n' };
    expect(replay('none', inputsOf([...wayTo('http-boot'), error, nothing])).failure).toMatchObject(
      { ...expected, at: 60 },
    );
    expect(
      replay('none', inputsOf([...wayTo('http-boot'), error, { at: 2000 }])).failure,
    ).toMatchObject({ ...expected, at: 701 });
  });

  it('is forgotten when the node goes on by itself', () => {
    const steps = [
      ...wayTo('http-boot'),
      { at: 10, says: '  Error: Server response timeout.\r\n' },
      { at: 20, says: WAY[1]?.[1] ?? '' },
    ];
    const { outcome, typed, watcher } = replay(
      'none',
      inputsOf([...steps, { at: 30, says: 'Shell> ' }, { at: 31 }]),
    );
    expect({ outcome, typed, stage: watcher.stage }).toEqual({
      outcome: 'under-way',
      typed: ['reset'],
      stage: 'ipxe',
    });
  });
});

describe('what is no trouble', () => {
  it.each([
    [
      'firmware',
      'BdsDxe: failed to load Boot0001 "UEFI QEMU HARDDISK QM00001 " from PciRoot(0x0): ' +
        'Not Found\r\n',
    ],
    ['hook', 'random: Login incorrect is what a wrong password gets\r\n'],
    ['http-boot', 'A Shell> in the middle\r\n'],
    ['workflow', 'Workflow edge-1: 3 of 12 actions done\r\n'],
    ['ubuntu', '[  OK  ] Started node-agent.service - Node Agent.\r\n'],
  ])('in %s: %s', (stage, says) => {
    expect(replay('none', inputsOf([...wayTo(stage), { at: 20, says }, { at: 25 }])).outcome).toBe(
      'under-way',
    );
  });

  it('power off while it reboots', () => {
    const { outcome, stages } = replay(
      'none',
      inputsOf([...wayTo('reboot'), { at: 20, power: 'off' }, { at: 25, power: 'on' }, { at: 40 }]),
    );
    expect(outcome).toBe('under-way');
    expect(stages.at(-1)?.[0]).toBe('reboot');
  });
});

describe('time limits', () => {
  it.each([
    ['firmware', 700],
    ['hook', 1800],
    ['agents', 3600],
  ])('%s: after %i s, dated when it was up', (stage, limit) => {
    const way = wayTo(stage);
    const entered = way.at(-1)?.at ?? 0;
    const almost = replay('none', inputsOf([...way, { at: entered + limit - 0.1 }]));
    expect(almost.outcome).toBe('under-way');
    const { failure, watcher } = replay('none', inputsOf([...way, { at: 9000 }]));
    expect(failure).toEqual({
      class: 'timeout',
      stage,
      at: entered + limit,
      line: way.at(-1)?.says?.trim() ?? null,
    });
    expect(watcher.failure?.message).toMatch(new RegExp(`not finished after ${limit} s$`));
  });

  it('is shared by all visits of a stage', () => {
    const boots = (at: number): Step[] => [
      { at, says: WAY[0]?.[1] ?? '' },
      { at: at + 300, says: WAY[1]?.[1] ?? '' },
    ];
    const steps = [...boots(10), ...boots(400), { at: 800, says: WAY[0]?.[1] ?? '' }, { at: 899 }];
    expect(replay('none', inputsOf(steps)).outcome).toBe('under-way');
    expect(replay('none', inputsOf([...steps, { at: 901 }])).failure).toMatchObject({
      class: 'timeout',
      stage: 'http-boot',
      at: 900,
    });
  });
});
