/**
 * Secrets by reference: what is said of those that can't be used, and that no finding shows one.
 */
import { describe, expect, it } from 'vitest';
import { loadFleet, withoutLiteralSecrets, type Surroundings } from '../../../src/config/index.js';
import {
  VenError,
  type Finding,
  type ReadSecret,
  type ResolvedFleet,
  type SecretReference,
} from '../../../src/model/index.js';

const FLEET =
  'apiVersion: ven/v1\n' +
  'fleet: lab\n' +
  'defaults: { graphics: { type: vnc, password: { env: VNC } } }\n' +
  'vms: [{ name: a, count: 9 }, { name: b }]\n';

function load(text: string, readSecret?: ReadSecret): ResolvedFleet {
  const readFile = (): string => '';
  return loadFleet(text, {
    file: 'f',
    surroundings: { readFile, now: new Date(0), ...(readSecret && { readSecret }) },
  });
}

function refusal(text: string, readSecret?: ReadSecret): readonly Finding[] {
  try {
    load(text, readSecret);
  } catch (error) {
    if (error instanceof VenError) return error.findings;
    throw error;
  }
  throw new Error('was accepted');
}

describe("a BMC's credentials", () => {
  const bmc =
    'apiVersion: ven/v1\nfleet: lab\ndefaults:\n  bmc:\n    type: redfish\n    credentials:\n' +
    '      username: { file: user }\n      password: { env: PASSWORD }\n' +
    'vms: [{ name: a, count: 2 }, { name: b }]\n';
  const look = (reference: SecretReference): string => {
    if ('env' in reference) return 'secret';
    throw new VenError('not-found', {
      summary: `There is no file ${reference.file}`,
      hint: 'Make it',
    });
  };
  const loaded = (bmcSecrets: Surroundings['bmcSecrets']) =>
    loadFleet(bmc, {
      file: 'f.yaml',
      surroundings: { readFile: () => '', now: new Date(0), ...(bmcSecrets && { bmcSecrets }) },
    });

  it('are a warning with their place for who needs none, a mistake for who does', () => {
    expect(loaded(undefined).warnings).toEqual([]);
    expect(loaded({ check: look }).warnings).toEqual([
      'f.yaml:7:17: There is no file user. ven bmc serve needs it. Make it',
    ]);
    expect(() => loaded({ read: look })).toThrow(
      expect.objectContaining({
        findings: [expect.objectContaining({ rule: 'secret', line: 7, hint: 'Make it.' })],
      }),
    );
  });
});

describe('a VNC password', () => {
  it('stays a reference, and is read only where somebody can', () => {
    expect(load(FLEET).vms[0]?.graphics).toEqual({
      type: 'vnc',
      listen: '127.0.0.1',
      port: 'auto',
      password: { env: 'VNC' },
    });
    expect(load(FLEET, () => '8letters')).toEqual(load(FLEET));
  });

  it('is refused where its reference stands, once', () => {
    const unset: ReadSecret = () => {
      throw new VenError('usage', {
        summary: 'The environment variable VNC is not set',
        hint: 'Set it',
      });
    };
    expect(refusal(FLEET, unset)).toMatchObject([
      { rule: 'secret', line: 3, column: 46, message: 'The environment variable VNC is not set' },
    ]);
    expect(refusal(FLEET, () => '9 letters')).toMatchObject([
      { rule: 'secret-length', line: 3, column: 46 },
    ]);
    expect(refusal(FLEET, () => 'Ωmega-Ω')).toMatchObject([{ rule: 'secret-length' }]);
  });
});

describe('what is shown beside a secret', () => {
  const shown = (line: string): string[] =>
    refusal(`apiVersion: ven/v1\nfleet: lab\nvms: [{ name: a }]\n${line}\n`).flatMap(({ frame }) =>
      frame.split('\n').filter((row) => row.startsWith('>') || row.includes('^')),
    );

  it('tells nothing of its length, and what comes after it is in its place', () => {
    expect(shown('orchestrator: { password: abc, wrong: 1 }')).toEqual(
      shown('orchestrator: { password: "a much longer one", wrong: 1 }'.replaceAll(' longer', '')),
    );
    const rows = shown('orchestrator: { password: Hunter2secret, wrong: 1 }');
    expect(rows.filter((row) => row.startsWith('>'))).toContain(
      '> 4 | orchestrator: { password: ********, wrong: 1 }',
    );
    expect(rows).toContain(`    | ${' '.repeat(36)}^^^^^`);
    expect(shown('orchestrator: Hunter2 token')).toEqual(shown('orchestrator: Hunt token'));
  });

  it('is there where it can be none', () => {
    expect(shown('orchestrator: { domain: a.b, user: true }').join('\n')).toContain('user: true }');
    expect(shown('orchestrator: { domain: a.b, bearer: abcdef }').join('\n')).not.toContain('abc');
  });
});

describe('the value of a variable', () => {
  const SECRET = 'Hunter2"!x';
  const refused = (text: string, env: Record<string, string> = { S: SECRET }): Finding[] => {
    try {
      loadFleet(`apiVersion: ven/v1\n${text}\n`, { file: 'f', env });
    } catch (error) {
      if (error instanceof VenError) return [...error.findings];
      throw error;
    }
    throw new Error('was accepted');
  };
  const VMS = 'vms: [{ name: a }]';

  it.each([
    `fleet: "\${S}"\n${VMS}`,
    'fleet: a\nvms: [{ name: "${S}" }]',
    'fleet: a\nvms: [{ name: a, memory: "${S}" }]',
    'fleet: a\nvms: [{ name: a, firmware: "${S}" }]',
    'fleet: a\nvms: [{ name: a, nics: [{ network: "x${S}" }] }]',
    'fleet: a\nvms: [{ name: a, nics: [{ bridge: br0, mac: "${S}" }] }]',
    `fleet: a\norchestrator: { domain: "\${S}", caCertificate: "\${S}" }\n${VMS}`,
    `fleet: a\nhost: { uri: "\${S}" }\n${VMS}`,
    'fleet: a\nvms: [{ name: a, graphics: { type: vnc, listen: "${S}" } }]',
    'fleet: a\nvms: [{ name: a, description: ["${S}"], title: { x: "${S}" } }]',
    'fleet: a\nvms: "${S}"',
  ])('is not in a finding about %s', (text) => {
    const findings = refused(text);
    expect(JSON.stringify(findings)).not.toMatch(/hunter|2"!x|2-x/i);
    const long = refused(text, { S: `${'Hunter2x'.repeat(99)}!` });
    expect(JSON.stringify(long)).not.toMatch(/hunter/i);
  });

  it('is shown by its name', () => {
    expect(refused('fleet: a\nvms: [{ name: a, power: "x-${S}" }]')).toMatchObject([
      { message: '`vms[0].power` can\'t be "x-${S}"' },
    ]);
    expect(refused('fleet: a\nvms: [{ name: a, power: "${S}" }]', { S: 'no' })).toMatchObject([
      { message: '`vms[0].power` can\'t be "${S}"' },
    ]);
  });

  it('does not name the variable of a secret', () => {
    const orchestrator = 'orchestrator: { domain: a.b, caCertificate: x, credentials: ';
    const credentials = '{ username: { env: ME }, password: { env: "${S}" } } }';
    expect(refused(`fleet: a\n${orchestrator}${credentials}\n${VMS}`, { S: 'hunter2' })).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          rule: 'bad-substitution',
          hint: 'Write the name alone: `env: NAME`, without `${` and `}`.',
        }),
      ]),
    );
  });
});

describe('a literal', () => {
  const CANARY = 'c4n4ry, }x';
  it.each([
    ['password: c4n4ry', ''],
    [`password: "${CANARY}"`, ''],
    [`'password': '${CANARY}'`, ''],
    ['password:\n      c4n4ry', ''],
    ['password: c4n4ry', 'cpus: none, '],
  ])('%s is shown by no finding, whatever else is wrong', (password, more) => {
    const findings = refusal(
      'apiVersion: ven/v1\n' +
        'fleet: lab\n' +
        'vms:\n' +
        `  - { ${more}name: a, graphics: { type: vnc, ${password} } }\n`,
    );
    for (const { message, hint, frame } of findings)
      expect(message + hint + frame).not.toContain('c4n4ry');
    expect(findings.length).toBeGreaterThan(0);
  });

  it('in a text that is no YAML is not shown either', () => {
    for (const { frame } of refusal(
      'vms:\n  - graphics:\n      password: |\n        c4n4ry\n   x: [',
    ))
      expect(frame).not.toContain('c4n4ry');
  });
});

describe('a literal, however it is written', () => {
  const at = (where: 'username' | 'password' | 'other', lines: string): string => {
    const other = {
      other: '',
      username: '    password: { env: PW }\n',
      password: '    username: { env: ME }\n',
    }[where];
    return (
      'apiVersion: ven/v1\n' +
      'fleet: lab\n' +
      'orchestrator:\n' +
      '  domain: kind.internal\n' +
      '  onboarding: interactive\n' +
      '  credentials:\n' +
      `${other}${lines}\n` +
      'networks: { lab: {} }\n' +
      'vms: [{ name: a }]\n'
    );
  };
  const CASES: [where: 'username' | 'password' | 'other', lines: string][] = [
    ['username', '    username: Hunter2secret'],
    ['password', '    password: &x Hunter2secret'],
    ['password', '    password: &Hunter2secret x'],
    ['password', '    password: !Hunter2secret x'],
    ['password', '    password: *Hunter2secret'],
    ['password', '    password: # mine\n      Hunter2secret'],
    ['password', '    password: [Hunter2secret]'],
    ['password', '    password: { Hunter2secret }'],
    ['password', '    password: { value: Hunter2secret }'],
    ['password', '    password: { literal: "Hunter2secret" }'],
    ['password', '    password: { env: Hunter2secret! }'],
    ['password', '    password: { env: "Hunter2\\x73ecret!" }'],
    ['password', '    password:\n      env: [Hunter2secret]'],
    ['password', '    passwort: Hunter2secret'],
    ['password', '    pass: Hunter2secret'],
    ['password', '    password Hunter2secret'],
    ['password', '    password=Hunter2secret: x'],
    ['password', '    password: >-\n\n      x\n\n      Hunter2secret'],
    ['password', '    password: |\n      x\n      Hunter2secret'],
    ['password', "    password: 'x''Hunter2secret'"],
    ['password', "    password: 'x\n\n      Hunter2secret"],
    ['password', '    password: "Hunter2secret'],
    ['password', '    password: { value: Hunter2secret'],
    ['password', '    password: Hunter2secret: x: ['],
    ['password', '    password: Hunter2secret\n---\nx: 1'],
    ['other', '    Hunter2secret'],
    ['other', '    [me, Hunter2secret]'],
    ['other', '    { user: me, value: Hunter2secret }'],
    ['password', '    password: ok\n  token: Hunter2secret'],
    [
      'password',
      '    password: ok\ndefaults: { graphics: { type: vnc, password: [Hunter2secret] } }',
    ],
    ['password', '    password: ok\ndefaults: { graphics: { type: vnc, passwd: Hunter2secret } }'],
  ];

  it.each(CASES)('%s: %s', (where, lines) => {
    const text = at(where, lines);
    const findings = refusal(text);
    expect(findings.length).toBeGreaterThan(0);
    for (const { message, hint, frame } of findings)
      expect(message + hint + frame).not.toMatch(/hunter2|secret!|secret'|secret"$/i);
    const shown = withoutLiteralSecrets(text);
    expect(shown).toHaveLength(text.length);
    expect(shown).not.toContain('Hunter2');
    expect(shown).toContain('domain: kind.internal');
  });

  it('and a reference is left as it is', () => {
    for (const text of [
      FLEET,
      at('password', '    password: { file: secrets/pw }'),
      at('username', '    username: # who\n      env: ME').replace('# who', ''),
      'orchestrator:\n  credentials: { username: &me { env: ME }, password: *me }\n'
        .replace('&me ', '')
        .replace('*me', '{ file: ./x }'),
    ])
      expect(withoutLiteralSecrets(text)).toBe(text);
  });

  it('in a file that can not be parsed, a reference is left as it is, too', () => {
    const text = at('password', '    password: { file: secrets/pw }\n  bad: [');
    expect(withoutLiteralSecrets(text)).toBe(text);
  });
});
