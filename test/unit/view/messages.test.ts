import { describe, expect, it } from 'vitest';
import { VenError, type Finding } from '../../../src/model/index.js';
import {
  bugText,
  canRedraw,
  doctorJson,
  doctorText,
  errorJson,
  errorText,
  styleOf,
  printable,
  statusText,
  statusWarning,
  logLines,
  validationJson,
  validText,
} from '../../../src/view/index.js';

const style = { colour: false, columns: 80 };

const finding: Finding = {
  rule: 'unknown-key',
  message: 'unknown key "memroy"',
  hint: 'did you mean memory?',
  file: 'fleets/x.yaml',
  line: 5,
  column: 3,
  frame: '4 |   - name: a\n5 |     memroy: 1GiB\n  |     ^^^^^^',
};

describe('errors', () => {
  it('say what happened, where, the details, and what to do', () => {
    const error = new VenError('foreign-object', {
      summary: 'somebody else has this name',
      where: 'vm.edge-1',
      detail: 'line 1\nline 2\n',
      hint: 'rename it',
    });
    expect(errorText(error, style)).toBe(
      'error: vm.edge-1: somebody else has this name\n  line 1\n  line 2\n  hint: rename it\n',
    );
    expect(JSON.parse(errorJson(error, 'object'))).toEqual({
      formatVersion: '1',
      error: {
        code: 'foreign-object',
        exitCode: 6,
        summary: 'somebody else has this name',
        where: 'vm.edge-1',
        detail: 'line 1\nline 2\n',
        hint: 'rename it',
      },
    });
    expect(errorJson(error, 'event')).toMatch(
      /^\{"type":"error","formatVersion":"1","error":\{[^\n]*\}\}\n$/,
    );
  });

  describe('on a terminal', () => {
    const prose = 'one two three four five six seven eight nine ten eleven twelve thirteen.';
    const command = 'ven apply --yes --target vm.edge-1 a/long/path/of/a/fleet.yaml';
    const error = new VenError('foreign-object', {
      summary: prose,
      detail: `${prose}\n    a line that is laid out, and longer than the terminal is wide`,
      hint: `Do this and then that: ${command}; what follows it is prose again`,
    });
    const found = new VenError('fleet-file', {
      summary: 'wrong',
      findings: [{ ...finding, message: prose, hint: prose, frame: `5 | ${prose}` }],
    });
    const texts = (wrap?: number): string[] =>
      [error, found].flatMap((one) => errorText(one, { ...style, wrap }).split('\n'));

    it.each([40, 60, 80])('of %i columns are broken at words', (wrap) => {
      const long = texts(wrap).filter((line) => line.length > wrap);
      for (const line of long) expect(line).toMatch(/^ {6}a line that|^ {2}5 \| one|^ +ven apply/);
      const words = (lines: string[]): string[] => lines.join(' ').split(/\s+/);
      expect(words(texts(wrap))).toEqual(words(texts()));
      expect(texts(wrap).length).toBeGreaterThan(wrap === 80 ? texts().length : 15);
    });

    it('keep a command in one piece, to be copied', () => {
      for (const wrap of [40, 60, 80]) expect(texts(wrap).join('\n')).toContain(command);
    });

    it('elsewhere they are not broken', () => {
      expect(styleOf({ isTTY: true, columns: 60 }, {})).toMatchObject({ wrap: 60 });
      expect(styleOf({ columns: 60 }, {})).not.toHaveProperty('wrap');
      expect(texts()).toContain(`error: ${prose}`);
    });
  });

  it('send nothing to a terminal that it obeys, or that deceives, as text and as JSON', () => {
    const evil = 'a\u009b2Jb\u202ec\u061cd\u00ade\u{e0041}f\u2028g\u007fh\u3164';
    const error = new VenError('tool-failed', { summary: evil, detail: `${evil}\n\tnext` });
    const unsafe = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u3164]/u;
    for (const json of [errorJson(error, 'event'), errorJson(error, 'object')]) {
      expect(json).not.toMatch(unsafe);
      expect(JSON.parse(json)).toMatchObject({ error: { summary: evil } });
    }
    expect(errorText(error, style)).not.toMatch(unsafe);
    expect(printable(evil)).toBe('a\\x9b2Jb\\u202ec\\u061cd\\xade\\u{e0041}f\\u2028g\\x7fh\\u3164');
  });

  it('with findings show all of them, with place and frame', () => {
    const error = new VenError('fleet-file', {
      summary: 'wrong',
      findings: [finding, { ...finding, line: 9, frame: '' }],
    });
    expect(errorText(error, style))
      .toBe(`fleets/x.yaml:5:3: error: unknown key "memroy" [unknown-key]
  4 |   - name: a
  5 |     memroy: 1GiB
    |     ^^^^^^
  hint: did you mean memory?

fleets/x.yaml:9:3: error: unknown key "memroy" [unknown-key]
  hint: did you mean memory?

2 mistakes in fleets/x.yaml.
`);
  });

  it('that are bugs show the stack and ask for a report', () => {
    const text = bugText(new TypeError('x is undefined'), '1.2.3', style);
    expect(text).toContain('error: this is a bug in ven\n  TypeError: x is undefined\n      at ');
    expect(text).toContain('please report it');
    expect(text).toContain('ven 1.2.3');
  });

  it('spell out what a terminal would obey', () => {
    expect(printable('a\u001b]0;x\u0007\r\nb\t\u009b\u202e')).toBe(
      String.raw`a\x1b]0;x\x07` + '\nb\t' + String.raw`\x9b\u202e`,
    );
  });
});

describe('validation', () => {
  it('is one form of JSON for right and wrong files', () => {
    const right = { file: 'a.yaml', fleet: { name: 'lab', vms: [1, 2] }, error: null };
    const error = { summary: 'The fleet file b.yaml has one mistake', findings: [finding] };
    const wrong = { file: 'b.yaml', fleet: null, error };
    const missing = { file: 'c', fleet: null, error: { summary: 'no c', findings: [] } };
    const files = [
      { file: 'a.yaml', valid: true, fleet: 'lab', vms: 2 },
      { file: 'b.yaml', valid: false, error: error.summary },
      { file: 'c', valid: false, error: 'no c' },
    ];
    expect(JSON.parse(validationJson([right]))).toEqual({
      ...{ formatVersion: '1', valid: true },
      ...{ fleet: 'lab', vms: 2, findings: [], files: files.slice(0, 1) },
    });
    expect(JSON.parse(validationJson([wrong]))).toEqual({
      ...{ formatVersion: '1', valid: false, findings: [finding], files: files.slice(1, 2) },
    });
    expect(JSON.parse(validationJson([right, wrong, missing]))).toEqual({
      ...{ formatVersion: '1', valid: false, findings: [finding], files },
    });
  });

  it('says on one line what a right file holds', () => {
    expect(
      validText(
        { name: 'lab', vms: [1], networks: [{ kind: 'own' }, { kind: 'existing' }] },
        'x.yaml',
      ),
    ).toBe('x.yaml is valid: the fleet lab with 1 VM and 1 network of its own.\n');
  });
});

describe('status', () => {
  const vm = {
    name: 'edge-1',
    power: 'running',
    ready: true,
    addresses: ['192.168.122.7'],
    serialNumber: 'VH1',
    stage: null,
    stageTitle: null,
    stageAsOf: null,
    outcome: null,
    failureClass: null,
    console: null,
    vnc: null,
    bmc: null,
    orchestrator: null,
  };
  const lab = { fleet: 'lab', host: 'qemu:///system', orchestrator: null };

  it('is a table without the columns that nobody needs', () => {
    const vms = [
      vm,
      {
        ...vm,
        name: 'edge-10',
        power: 'missing',
        ready: false,
        addresses: [],
        serialNumber: 'VH10',
      },
    ];
    expect(statusText({ ...lab, vms }, style)).toBe(`VM       POWER    MADE  ADDRESS        SERIAL
edge-1   running  yes   192.168.122.7  VH1
edge-10  missing  no    -              VH10

MADE no: it is not made, or not to its end. ven plan shows what is left.
lab on qemu:///system: 2 VMs, 1 running.
`);
  });

  it('tells a VM whose memory is saved from one that is off', () => {
    const vms = [vm, { ...vm, power: 'off', saved: true as const }];
    const lines = statusText({ ...lab, vms }, style).split('\n');
    expect(lines.slice(1, 3).map((line) => line.split(/ +/)[1])).toEqual(['running', 'saved']);
  });

  it('stays aligned in colour', () => {
    const lines = statusText(
      { ...lab, vms: [vm, { ...vm, power: 'off' }] },
      { colour: true, columns: 80 },
    ).split('\n');
    const plain = lines.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));
    expect(plain[1]?.indexOf('yes')).toBe(plain[2]?.indexOf('yes'));
  });

  it('has what the orchestrator says, and since when, and nothing that a terminal obeys', () => {
    const at = (seconds: number): string =>
      new Date(new Date().setHours(10, 2, seconds, 0)).toISOString();
    const vms = [
      {
        ...vm,
        stage: 'workflow',
        outcome: 'under-way',
        orchestrator: { hostStatus: 'Onboarded', provisioningStatus: 'In Progress' },
      },
      {
        ...vm,
        stage: 'workflow',
        stageAsOf: at(3),
        outcome: 'under-way',
        orchestrator: { hostStatus: '', provisioningStatus: '' },
      },
      {
        ...vm,
        stage: 'ready',
        outcome: 'ready',
        orchestrator: { hostStatus: 'Run\u001b[2Jning\n', provisioningStatus: '' },
      },
      {
        ...vm,
        stage: 'os',
        stageTitle: 'OS',
        stageAsOf: '2020-01-02T03:04:05Z',
        outcome: 'under-way',
      },
    ];
    const rows = statusText({ ...lab, orchestrator: { asOf: null, warning: null }, vms }, style)
      .split('\n')
      .slice(0, 5);
    expect(rows.map((row) => row.split(/ {2,}/).slice(5))).toEqual([
      ['STAGE', 'ORCHESTRATOR'],
      ['workflow', 'Onboarded, In Progress'],
      ['workflow (as of 10:02:03)', 'registered'],
      ['ready', 'Run\\x1b[2Jning\\n'],
      [expect.stringMatching(/^OS \(as of 2020-01-0[123] \d\d:\d\d:05\)$/), 'not known'],
    ]);
    const late = statusText(
      { ...lab, orchestrator: { asOf: at(4), warning: 'no answer' }, vms },
      style,
    );
    expect(late).toContain("4 running. The orchestrator's words are as of 10:02:04.\n");
    expect(
      statusText({ ...lab, orchestrator: { asOf: null, warning: 'no answer' }, vms: [vm] }, style),
    ).not.toContain('ORCHESTRATOR');
    expect(statusWarning('a\n\u001b[31mb', style)).toBe('Warning: a\\n\\x1b[31mb\n');
  });

  it('leaves out what a terminal has no room for, and says so; paths only with wide', () => {
    const path = '/var/log/libvirt/qemu/lab_edge-1-console.log';
    const vms = [{ ...vm, console: path, vnc: '127.0.0.1:5900', stage: 'workflow' }];
    const heads = (columns: number, more = {}): string[] => {
      const [head = ''] = statusText({ ...lab, vms }, { colour: false, columns }, more).split('\n');
      return head.split(/ {2,}/);
    };
    const all = ['VM', 'POWER', 'MADE', 'ADDRESS', 'SERIAL', 'STAGE', 'VNC'];
    expect(heads(80, { fits: true })).toEqual(all);
    expect(heads(66, { fits: true })).toEqual(all.filter((head) => head !== 'SERIAL'));
    expect(heads(30, { fits: true })).toEqual(['VM', 'POWER', 'STAGE']);
    expect(heads(40)).toEqual(all); // a pipe has no width
    expect(heads(120, { fits: true, wide: true })).toEqual([...all, 'CONSOLE LOG']);
  });

  it('has a block of lines for each VM where all is wanted and has no room', () => {
    const path = '/var/log/libvirt/qemu/lab_edge-1-console.log';
    const narrow = { colour: false, columns: 50 };
    const vms = [{ ...vm, console: path }];
    expect(statusText({ ...lab, vms }, narrow, { fits: true, wide: true })).toBe(
      'edge-1\n  POWER        running\n  MADE         yes\n  ADDRESS      192.168.122.7\n' +
        `  SERIAL       VH1\n  CONSOLE LOG\n    ${path}\n\n` +
        'lab on qemu:///system: 1 VM, 1 running.\n',
    );
  });

  it('fits a terminal where it is drawn in place', () => {
    const vms = Array.from({ length: 200 }, (_, at) => ({
      ...vm,
      name: `edge-${at + 1}`,
      console: `/var/log/${'x'.repeat(100)}`,
    }));
    const narrow = { colour: true, columns: 40 };
    const fit = { height: 22, fits: true };
    const lines = statusText({ ...lab, vms }, narrow, fit).split('\n');
    const plain = lines.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));
    expect(lines).toHaveLength(23); // the last one ends in a newline
    expect(Math.max(...plain.map(({ length }) => length))).toBe(40);
    expect(plain[0]).toBe('VM        POWER    MADE  ADDRESS');
    expect(plain.slice(-6)).toEqual([
      expect.stringMatching(/^edge-17 /),
      '… and 183 more VMs, for which there is …',
      '',
      'Not shown here: SERIAL (--wide shows al…',
      'lab on qemu:///system: 200 VMs, 200 run…',
      '',
    ]);
    expect(statusWarning('x'.repeat(100), style, 60)).toHaveLength(61);
  });
});

describe('doctor', () => {
  const findings = [
    { check: 'libvirt', level: 'ok' as const, message: 'libvirt 9.0.0', fix: '' },
    {
      check: 'vagrant',
      level: 'missing' as const,
      message: 'not installed',
      fix: 'apt install vagrant',
    },
    { check: 'kvm', level: 'warning' as const, message: 'no KVM: slow', fix: '' },
  ];

  it('has a line a check, what mends it, and the outcome', () => {
    expect(doctorText(findings, style)).toBe(`ok       libvirt  libvirt 9.0.0
missing  vagrant  not installed
         -> apt install vagrant
warning  kvm      no KVM: slow

The host is not ready: 1 thing missing, with 1 warning.
`);
    const warned = findings.filter(({ level }) => level !== 'missing');
    expect(doctorText(warned, style)).toMatch(/\nThe host is ready, with 1 warning\.\n$/);
    expect(JSON.parse(doctorJson(findings))).toMatchObject({ formatVersion: '1', ready: false });
  });

  it('breaks at words where the terminal ends, and no command', () => {
    const message = 'the programs that it calls are not there';
    const fix = 'sudo apt-get install --yes libvirt-clients, or another of them';
    const finding = { check: 'virsh', level: 'missing' as const, message, fix };
    expect(doctorText([finding], { ...style, wrap: 42 }))
      .toBe(`missing  virsh  the programs that it calls
                are not there
         -> sudo apt-get install --yes libvirt-clients,
            or another of them

The host is not ready: 1 thing missing.
`);
  });
});

describe('style', () => {
  const terminal = { isTTY: true, columns: 120 };
  it.each([
    [terminal, {}, true],
    [{ isTTY: false }, {}, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { TERM: 'dumb' }, false],
    [{ isTTY: false }, { FORCE_COLOR: '1' }, true],
    [terminal, { FORCE_COLOR: '0' }, false],
    [terminal, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [terminal, { FORCE_COLOR: '', NO_COLOR: '1' }, false],
    [terminal, { FORCE_COLOR: '', NO_COLOR: '' }, true],
    [{ isTTY: false }, { FORCE_COLOR: '' }, false],
  ])('%o with %o: colours %s', (stream, env, colour) => {
    expect(styleOf(stream, env).colour).toBe(colour);
  });

  it('redraws only on a terminal that can', () => {
    expect(canRedraw(terminal, { TERM: 'xterm' })).toBe(true);
    expect(canRedraw(terminal, { TERM: 'dumb' })).toBe(false);
    expect(canRedraw(terminal, { CI: 'true' })).toBe(false);
    expect(canRedraw({ isTTY: false }, {})).toBe(false);
  });
});

describe('several logs', () => {
  it('have lines that begin with the VM', () => {
    const vms = ['edge-1', 'vm.edge-10'];
    const plain = { colour: false, columns: 80 };
    const lineOf = logLines(vms, plain);
    expect(lineOf('edge-1', 'up\u001b[2J')).toBe('edge-1  | up\\x1b[2J\n');
    expect(lineOf('edge-10', '')).toBe('edge-10 | \n');
    const coloured = logLines(vms, { ...plain, colour: true });
    const [one, two] = ['edge-1', 'edge-10'].map((vm) => coloured(vm, ''));
    expect(one?.slice(0, 5)).not.toBe(two?.slice(0, 5));
  });
});
