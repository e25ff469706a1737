/** Profiles: what they mean, and each mistake at its place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProfile } from '../../../src/config/index.js';
import { patternProblem } from '../../../src/config/profile/pattern.js';
import { EXIT, VenError } from '../../../src/model/index.js';
import { cpuMs } from '../cpu.js';

const FILE = join(import.meta.dirname, '../../../templates/profiles/edge-node.yaml');

function refused(text: string): VenError {
  try {
    loadProfile(text, 'my-profile.yaml');
  } catch (error) {
    if (error instanceof VenError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const HEAD = 'apiVersion: ven/v1\nprofile: mine\nstages:\n';
const FIRST = '  - { name: firmware, timeout: 10s }\n';
const LAST = "  - { name: ready, enter: [{ console: 'login:$' }] }\n";
/** With a middle stage. */
const stage = (rest: string, mark = ''): string =>
  `${HEAD}${FIRST}  - ${mark}{ name: hook, ${rest} }\n${LAST}`;
/** With a trouble. */
const trouble = (rest: string, mark = ''): string =>
  `${HEAD}${FIRST}${LAST}trouble:\n  - ${mark}{ name: bad, ${rest} }\n`;

describe('a profile', () => {
  it('is read with its defaults', () => {
    const profile = loadProfile(
      `${stage(
        "timeout: 2m, enter: [{ console: 'EFI' }, { quiet: 1h, in: [firmware] }, " +
          "{ orchestrator: '^R' }], flows: [interactive], from: [firmware], " +
          "wake: 1m, answers: [{ prompt: 'p:$', send: password }, " +
          "{ prompt: 'q:$', send: { text: yes } }, { prompt: 'login:$', send: os-username }, " +
          "{ prompt: '>$', run: ls, atMost: 9 }]",
      )}trouble: [{ name: disk-full, ` +
        "class: storage, console: No space, recover: { prompt: '>$', type: reset } }, " +
        '{ name: off, class: os, powerOff: true, stages: [hook] }]\n',
      'p.yaml',
    );
    expect(profile).toMatchObject({
      name: 'mine',
      title: 'Mine',
      stages: [
        {
          name: 'firmware',
          title: 'Firmware',
          flows: ['interactive', 'non-interactive', 'none'],
          enter: [],
          from: null,
          timeoutSeconds: 10,
        },
        {
          name: 'hook',
          flows: ['interactive'],
          from: ['firmware'],
          timeoutSeconds: 120,
          enter: [
            { kind: 'console', pattern: 'EFI' },
            { kind: 'quiet', seconds: 3600, in: ['firmware'] },
            { kind: 'orchestrator', pattern: '^R' },
          ],
          answers: [
            {
              prompt: 'p:$',
              send: { kind: 'credential', credential: 'password' },
              secret: true,
              atMost: 3,
            },
            { prompt: 'q:$', send: { kind: 'text', text: 'yes' }, secret: false, atMost: 3 },
            {
              prompt: 'login:$',
              send: { kind: 'credential', credential: 'os-username' },
              secret: true,
              atMost: 3,
            },
            { prompt: '>$', send: { kind: 'command', command: 'ls' }, secret: false, atMost: 9 },
          ],
          wakeSeconds: 60,
        },
        { name: 'ready', timeoutSeconds: null, answers: [] },
      ],
      trouble: [
        {
          name: 'disk-full',
          title: 'Disk full',
          class: 'storage',
          stages: null,
          recover: { prompt: '>$', text: 'reset', atMost: 3 },
        },
        { name: 'off', class: 'os', when: { kind: 'power-off' }, stages: ['hook'], recover: null },
      ],
    });
    expect(profile.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
  });

  it('has a digest that changes with its meaning, not with its spelling', () => {
    const digest = (text: string): string => loadProfile(text, 'p.yaml').digest;
    const text = stage("timeout: 2m, enter: [{ console: 'EFI' }]");
    expect(digest(`# a comment\n${text.replace('2m', '120s').replace("'EFI'", '"EFI"')}`)).toBe(
      digest(text),
    );
    expect(digest(text.replace('EFI', 'UEFI'))).not.toBe(digest(text));
  });

  it('that comes along is sound, and has the ways of all flows', () => {
    const profile = loadProfile(readFileSync(FILE), 'edge-node.yaml');
    const way = (flow: 'interactive' | 'none'): string[] =>
      profile.stages.filter(({ flows }) => flows.includes(flow)).map(({ name }) => name);
    expect(way('interactive')).toEqual([
      'firmware',
      'http-boot',
      'ipxe',
      'hook',
      'onboarding',
      'workflow',
      'reboot',
      'microvisor',
      'ubuntu',
      'agents',
      'ready',
    ]);
    expect(way('none')).toEqual(way('interactive').filter((name) => name !== 'onboarding'));
  });

  it('keeps `${…}` as it is', () => {
    const [, hook] = loadProfile(
      stage("timeout: 2m, enter: [{ console: 'a$|\\$\\{HOME\\}' }]"),
      'p.yaml',
    ).stages;
    expect(hook?.enter).toEqual([{ kind: 'console', pattern: 'a$|\\$\\{HOME\\}' }]);
  });
});

/** Each finding stands where its `«` does; the rules are in that order. */
const MISTAKES: [mistake: string, text: string, rules: string[], message: RegExp][] = [
  ['an empty file', '«', ['empty'], /empty/],
  ['a list', '«- a\n', ['not-a-map'], /must be a map/],
  ['no stages', '«apiVersion: ven/v1\nprofile: mine\n', ['missing-key'], /no `stages`/],
  [
    'one stage only',
    `${HEAD}  «- { name: firmware, timeout: 10s }\n`,
    ['out-of-range'],
    /`stages` has fewer than 2 entries/,
  ],
  [
    'an unknown key',
    stage('timeout: 1s, enter: [{ console: a }], «anwsers: []'),
    ['unknown-key'],
    /"anwsers" in `stages\[1\]`/,
  ],
  [
    'a duration without unit',
    stage('timeout: «700, enter: [{ console: a }]'),
    ['wrong-type'],
    /must be text/,
  ],
  [
    'a duration of another kind',
    stage('timeout: «1d, enter: [{ console: a }]'),
    ['bad-format'],
    /seconds, minutes or hours/,
  ],
  [
    'a stage without a time limit',
    stage('enter: [{ console: a }]', '«'),
    ['missing-key'],
    /no `timeout`/,
  ],
  ['a stage without triggers', stage('timeout: 1s', '«'), ['missing-key'], /no `enter`/],
  [
    'a first stage with triggers',
    `${HEAD}  - { name: a, timeout: 1s, «enter: [{ console: x }] }\n${LAST}`,
    ['not-allowed'],
    /is the first stage/,
  ],
  [
    'a last stage with a time limit',
    `${HEAD}${FIRST}  - { name: b, «timeout: 1s, enter: [{ console: x }] }\n`,
    ['not-allowed'],
    /is the last stage/,
  ],
  [
    'a last stage that answers',
    `${HEAD}${FIRST}  - { name: b, enter: [{ console: x }], «answers: [{ prompt: y, ` +
      'send: { text: z } }] }\n',
    ['not-allowed'],
    /is the last stage/,
  ],
  [
    'a last stage of some flows',
    `${HEAD}${FIRST}  - { name: b, «flows: [none], enter: [{ console: x }] }\n`,
    ['not-allowed'],
    /not every flow has it/,
  ],
  [
    'a name twice',
    stage('timeout: 1s, enter: [{ console: a }]').replace('name: hook', 'name: «firmware'),
    ['duplicate-name'],
    /more than one stage "firmware"/,
  ],
  [
    'a trouble twice',
    `${trouble('class: os, console: x')}  - { name: «bad, class: os, console: y }\n`,
    ['duplicate-name'],
    /more than one trouble/,
  ],
  [
    'an unknown stage in from',
    stage('timeout: 1s, enter: [{ console: a }], from: [«firmwear]'),
    ['unknown-stage'],
    /no stage "firmwear"/,
  ],
  [
    'an unknown stage in in',
    stage('timeout: 1s, enter: [{ quiet: 9s, in: [«x] }]'),
    ['unknown-stage'],
    /no stage "x"/,
  ],
  [
    'an unknown stage of a trouble',
    trouble('class: os, console: x, stages: [«redy]'),
    ['unknown-stage'],
    /no stage "redy"/,
  ],
  [
    'from itself',
    stage('timeout: 1s, enter: [{ console: a }], from: [«hook]'),
    ['not-allowed'],
    /names itself/,
  ],
  [
    'quiet anywhere',
    stage('timeout: 1s, enter: [«{ quiet: 9s }]'),
    ['missing-key'],
    /`quiet` without `in`/,
  ],
  [
    'in without quiet',
    stage('timeout: 1s, enter: [{ console: a, «in: [firmware] }]'),
    ['not-allowed'],
    /`in` without `quiet`/,
  ],
  [
    'a trigger that says nothing',
    stage('timeout: 1s, enter: [«{}]'),
    ['missing-key'],
    /none of `console`, `quiet`, `orchestrator`/,
  ],
  [
    'a trigger that says two things',
    stage('timeout: 1s, enter: [{ console: a, «orchestrator: b }]'),
    ['not-allowed'],
    /both `console` and `orchestrator`/,
  ],
  [
    'a trouble that says nothing',
    trouble('class: os', '«'),
    ['missing-key'],
    /none of `console`, `orchestrator`, `powerOff`/,
  ],
  ['an unknown class', trouble('class: «bios, console: x'), ['not-allowed'], /can't be "bios"/],
  [
    'a recovery that nothing tells',
    trouble("class: os, powerOff: true, «recover: { prompt: '>$', type: reset }"),
    ['not-allowed'],
    /has `recover` but not `console`/,
  ],
  [
    'a pattern that is none',
    trouble("class: os, console: «'a(b'"),
    ['bad-pattern'],
    /not a regular expression: Unterminated group/,
  ],
  [
    'a prompt that is none',
    trouble("class: os, console: a, recover: { prompt: «'[', type: x }"),
    ['bad-pattern'],
    /trouble\[0\]\.recover\.prompt/,
  ],
  [
    'a status pattern that is none',
    trouble("class: os, orchestrator: «'*'"),
    ['bad-pattern'],
    /Nothing to repeat/,
  ],
  [
    'a credential without its flow',
    stage('timeout: 1s, enter: [{ console: a }], answers: [{ prompt: x, send: «password }]'),
    ['no-credentials'],
    /only the interactive flow/,
  ],
  [
    'an answer that says nothing',
    stage('timeout: 1s, enter: [{ console: a }], answers: [«{ prompt: x }]'),
    ['missing-key'],
    /none of `send`, `run`/,
  ],
  [
    'an answer that says two things',
    stage(
      'timeout: 1s, enter: [{ console: a }], answers: [{ prompt: x, send: { text: a }, «run: b }]',
    ),
    ['not-allowed'],
    /both `send` and `run`/,
  ],
  [
    'a command of two lines',
    stage('timeout: 1s, enter: [{ console: a }], answers: [{ prompt: x, run: «"a\\nb" }]'),
    ['control-character'],
    /This text holds/,
  ],
  [
    'a command that looks like the end',
    stage(
      'timeout: 1s, enter: [{ console: EFI }], answers: [{ prompt: x, run: «"grep all-login:" }]',
    ),
    ['not-allowed'],
    /`stages\[1\]\.answers\[0\]\.run` matches `stages\[2\]\.enter\[0\]\.console`/,
  ],
  [
    'a password that no user name leads to',
    stage('timeout: 1s, enter: [{ console: EFI }], answers: [{ prompt: x, send: «os-password }]'),
    ['not-allowed'],
    /sends os-password without os-username/,
  ],
  [
    'Enter without a login',
    stage('timeout: 1s, enter: [{ console: EFI }], «wake: 60s'),
    ['not-allowed'],
    /`wake` without a login/,
  ],
  [
    'an answer of another kind',
    stage(
      'timeout: 1s, enter: [{ console: a }], flows: [interactive], answers: [{ prompt: x, ' +
        'send: «token }]',
    ),
    ['not-allowed'],
    /can't be "token"/,
  ],
  [
    'a stage that a flow does not reach',
    `${HEAD}${FIRST}  - { name: b, flows: [interactive], timeout: 1s, ` +
      'enter: [{ console: x }] }\n' +
      '  - «{ name: c, from: [b], timeout: 1s, enter: [{ console: y }] }\n' +
      `${LAST}`,
    ['unreachable-stage', 'unreachable-stage'],
    /In the non-interactive flow no node reaches "c"/,
  ],
  [
    'a last stage that no node reaches',
    `${HEAD}${FIRST}  - { name: b, timeout: 1s, enter: [{ console: x }] }\n` +
      '  - «{ name: c, from: [b], enter: [{ quiet: 1s, in: [firmware] }] }\n',
    ['unreachable-stage', 'unreachable-stage', 'unreachable-stage'],
    /no node reaches "c"/,
  ],
  [
    'a tag',
    `${HEAD}${FIRST}  - !x «{ name: ready, enter: [{ console: x }] }\n`,
    ['tag'],
    /not used in a profile/,
  ],
  [
    'a control character in a pattern',
    trouble('class: os, console: «"a\\u0001"'),
    ['control-character'],
    /This text holds/,
  ],
];

/** Line and column of each `«`, without counting the marks. */
function marks(text: string): string[] {
  return text.split('\n').flatMap((line, row) =>
    line
      .split('«')
      .slice(0, -1)
      .map((_, index, before) => `${row + 1}:${before.slice(0, index + 1).join('').length + 1}`),
  );
}

describe('a mistake', () => {
  it.each(MISTAKES)('%s', (_, marked, rules, message) => {
    const error = refused(marked.replaceAll('«', ''));
    expect(error.exitCode).toBe(EXIT.fleetFileWrong);
    expect(error.summary).toMatch(/^The profile my-profile\.yaml has/);
    expect(error.findings.map(({ rule }) => rule)).toEqual(rules);
    const places = error.findings.map(({ line, column }) => `${line}:${column}`);
    expect([...new Set(places)]).toEqual(marks(marked));
    expect(error.findings.map((finding) => finding.message).join('\n')).toMatch(message);
    for (const { hint, frame, message: text } of error.findings) {
      expect(`${hint}${text}`).not.toMatch(/undefined|\[object|NaN|fleet file|VM: `- name|…`/);
      expect(hint.length).toBeGreaterThan(5);
      expect(frame).toMatch(/\n +\| +\^/);
    }
  });

  it('is told together with the others', () => {
    const text =
      `${HEAD}  - { name: a }\n` +
      "  - { name: b, timeout: 1s, enter: [{ console: '(' }], from: [z], tmeout: 3 }\n" +
      '  - { name: a, enter: [{ console: x }] }\n';
    const { findings } = refused(text);
    expect(findings.map(({ rule, line }) => `${rule}@${line}`)).toEqual([
      'missing-key@4',
      'bad-pattern@5',
      'unknown-stage@5',
      'unknown-key@5',
      'duplicate-name@6',
    ]);
  });

  it('in a file that is too large, or not UTF-8, is told as well', () => {
    expect(refused(' '.repeat(2 ** 20 + 1)).summary).toMatch(/^The profile /);
    expect(() => loadProfile(Uint8Array.of(0x61, 0xff), 'p.yaml')).toThrow(
      /^The profile p\.yaml has/,
    );
  });
});

describe('patterns', () => {
  it.each([
    'Start HTTP Boot over IPv[46]',
    '^iPXE [0-9].{0,16} -- Open',
    'a.*bc?',
    'a.{0,60}b.{0,60}c',
    '(?:foo|bar).*(?:one|two)',
    '(?:[0-9]{1,3}\\.){3}[0-9]',
    '(?:foo|bar)?baz',
    '(?<!x)[(*+]+\\*\\+',
    '\\u{1F600}\\p{L}x',
    'x(?=y|z)',
    'Kernel panic.* not syncing: VFS: Unable to mount root',
    'failed .{0,200}: (?:Access Denied|Security Violation)',
    'error [0-9]+: .{0,3}x',
    'a{800}b',
  ])('%s is one', (pattern) => expect(patternProblem(pattern)).toBeNull());

  it.each([
    ['(a+)+b', /very long/],
    ['(?:.*a)*b', /very long/],
    ['((a|ab)c?){2,}', /very long/],
    ['(?:a{1,16}){16}', /very long/],
    ['(?:(?:a?)){40}b', /very long/],
    ['a.*b.*c', /too many ways/],
    ['a*a*b', /too many ways/],
    ['[a-z]{0,99}[0-9]{9,}x+', /too many ways/],
    ['a{1,16}'.repeat(6) + 'b', /too many ways/],
    ['a?'.repeat(20) + 'b', /too many ways/],
    ['(?:a|aa)'.repeat(20) + 'b', /too many ways/],
    ['(?:a{1,9}|b){1,9}', /very long/],
    ['a{0,69}a{0,69}a{800}b', /too many steps/],
    ['a{0,69}a{0,69}a{100}b', /too many steps/],
    ['.*a{20}b', /too many steps/],
    ['.*' + 'aaaa'.repeat(8) + 'b', /too many steps/],
    ['.*' + '[ab]'.repeat(20) + 'c', /too many steps/],
    ['.*(?=a{20})b', /too many steps/],
    ['(a)\\1', /named or referred/],
    ['(?<year>[0-9])', /named or referred/],
    ['a*', /every line/],
    ['^|x', /every line/],
    ['a{', /not a regular expression/],
    ['\\-', /not a regular expression/],
  ])('%s is refused', (pattern, message) =>
    expect(patternProblem(pattern)?.message).toMatch(message),
  );

  it.each([
    'a*a{0,3}b',
    'a{1,16}a{1,16}a{1,16}b',
    'a{0,60}a{0,60}b',
    'a{0,60}a{0,60}a{2}b',
    '.*a{13}b',
    '(?:a{0,40}a{0,40}|a{0,9}a{0,9})a{3}b',
    'a{1024}b',
    'a?'.repeat(12) + 'b',
    '(?:a|a)'.repeat(12) + 'b',
  ])('%s is among the slowest that are accepted, and takes no time', (pattern) => {
    expect(patternProblem(pattern)).toBeNull();
    const took = cpuMs(() => {
      expect(new RegExp(pattern, 'u').test('a'.repeat(1024))).toBe(false);
    });
    expect(took).toBeLessThan(1000);
  });
});
