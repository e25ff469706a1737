import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, type Bundle } from '../../../src/operations/index.js';
import { PORTS } from '../../../src/operations/ports.js';
import { openArchive, openHost } from '../../../src/host/index.js';
import { workFolder } from '../../../src/host/state/work-folder.js';
import { writeNodeRecord } from '../../../src/host/state/node-records.js';
import { nodeRecord } from '../view/nodes.js';

/** With all that is written otherwise somewhere: in JSON, in addresses, in patterns. */
const PASSWORD = 'C4n"ary/p&ss w$rd+7';
const USER = 'onboarding-canary';
const KEY = `-----BEGIN EC PRIVATE KEY-----\n${'MHcCAQEEIKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKeyKey0\n'.repeat(3)}-----END EC PRIVATE KEY-----`;

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-bundle-'));
  file = join(dir, 'fleet.yaml');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const FLEET = `apiVersion: ven/v1
fleet: edge-lab
networks: { lab: {} }
orchestrator:
  domain: kind.internal
  caCertificate: ca.pem
  onboarding: interactive
  credentials: { username: { env: CANARY_USER }, password: { file: ./secret } }
vms: [{ name: edge, count: 2, nics: [{ network: lab }] }]
# proxy was http://me:proxypass-1@proxy:3128/ and password: literal-8
`;

function environment(): Record<string, string> {
  mkdirSync(join(dir, 'empty'), { recursive: true });
  // Without virsh there is no host that answers.
  return {
    HOME: dir,
    XDG_STATE_HOME: join(dir, 'state'),
    PATH: join(dir, 'empty'),
    CANARY_USER: USER,
    https_proxy: 'http://me:pr%6fxypass-2@proxy:3128',
  };
}

function make(
  over: { output?: string; env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Bundle> {
  return bundle({
    file,
    env: over.env ?? environment(),
    output: over.output ?? join(dir, 'bundle.tar.gz'),
    signal: over.signal ?? new AbortController().signal,
    ports: { ...PORTS, openHost: (options) => openHost({ ...options, logFolder: dir }) },
  });
}

/** What system tar makes of it: each file's text by its path, without the folder around all. */
function unpacked(archive: string): Map<string, string> {
  const into = mkdtempSync(join(dir, 'unpacked-'));
  execFileSync('tar', ['-xzf', archive, '-C', into]);
  const [top = '', ...others] = readdirSync(into);
  expect(others).toEqual([]);
  const paths = readdirSync(join(into, top), { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(into, top, path)).isFile(),
  );
  return new Map(paths.sort().map((path) => [path, readFileSync(join(into, top, path), 'utf8')]));
}

/** A fleet with a past, in every part of which somebody was careless. */
function carelessPast(): void {
  writeFileSync(file, FLEET);
  copyFileSync(join(import.meta.dirname, '../efi/certificates/root.pem'), join(dir, 'ca.pem'));
  writeFileSync(join(dir, 'secret'), `${PASSWORD}\n`, { mode: 0o600 });
  const work = workFolder({ uri: 'qemu:///system', fleet: 'edge-lab', env: environment() });
  const form = new URLSearchParams({ grant_type: 'password', password: PASSWORD }).toString();
  const basic = Buffer.from(PASSWORD).toString('base64');
  const events = [
    { type: 'step-output', line: `login ${PASSWORD} refused for ${USER}` },
    {
      type: 'step-output',
      line: `POST ${form} -> 500 ${JSON.stringify({ echo: JSON.stringify({ PASSWORD }) })}`,
    },
    {
      type: 'provision-warning',
      message: `authorization: Basic ${basic}, Bearer abcdef.123-456, eyJhbGciOiJub25l.eyJzdWIiOiIx.c2ln`,
    },
    ...KEY.split('\n').map((line) => ({ type: 'step-output', line })),
    { type: 'run-started', specDigest: 'ab'.repeat(32) },
  ];
  mkdirSync(join(work, 'runs/r1'), { recursive: true });
  writeFileSync(
    join(work, 'runs/r1/events.jsonl'),
    `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"cut": "${USER}`,
  );
  mkdirSync(join(work, 'logs'));
  writeFileSync(
    join(work, 'logs/edge-1.log'),
    `fetching http://u:${encodeURIComponent(PASSWORD)}@registry/x\n${KEY}\n`,
  );
  writeNodeRecord(work, nodeRecord('edge-1', [['power-on', 0]], { lastLine: `Password: ${PASSWORD}`, memory: { line: [PASSWORD] } })); // prettier-ignore
  mkdirSync(join(work, 'nodes'), { recursive: true });
  writeFileSync(join(work, 'nodes/edge-2.json'), '{');
  // In the middle of the second a colour and a cursor movement; the third is broken by a terminal's edge.
  const broken = `${PASSWORD.slice(0, 5)}\u001b[31m${PASSWORD.slice(5, 9)}X\b${PASSWORD.slice(9)}`;
  writeFileSync(
    join(dir, 'edge-lab_edge-1-console.log'),
    `\u001b[2JProvide User\r\nUsername: ${USER}\r\nPassword: typed-0ther\r\n${broken}\r\n${PASSWORD.slice(0, 9)}\r\n${PASSWORD.slice(9)}\r\n${KEY.replaceAll('\n', '\r\n')}\r\nready\r\n`,
  );
}

describe('bundle', () => {
  it('holds the whole past of a fleet, and none of its secrets', async () => {
    carelessPast();
    const made = await make();
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(made.bytes).toBe(statSync(made.file).size);
    const parts = unpacked(made.file);
    expect([...parts.keys()]).toEqual(made.parts.map(({ path }) => path).sort());
    expect([...parts.keys()]).toEqual([
      'README.md',
      'consoles/edge-1.log',
      'doctor.json',
      'fleet.yaml',
      'host.json',
      'logs/edge-1.log',
      'nodes/edge-1.json',
      'resolved.json',
      'runs/r1/events.jsonl',
    ]);
    for (const { path, bytes } of made.parts)
      expect(Buffer.byteLength(parts.get(path) ?? '')).toBe(bytes);

    const form = new URLSearchParams({ p: PASSWORD }).toString().slice(2);
    const never = [
      PASSWORD,
      JSON.stringify(PASSWORD).slice(1, -1),
      encodeURIComponent(PASSWORD),
      form,
      Buffer.from(PASSWORD).toString('base64'),
      PASSWORD.slice(9),
      USER,
      'typed-0ther',
      'KeyKeyKey',
      'proxypass',
      'literal-8',
      'abcdef.123',
      'eyJhbGci',
    ];
    for (const [path, text] of parts)
      for (const secret of never) expect(text, `${secret} in ${path}`).not.toContain(secret);
    expect(parts.get('consoles/edge-1.log')).toMatch(
      /Provide User\nUsername: \*+\nPassword: \*+\n[^]*\nready\n$/,
    );
    expect(parts.get('fleet.yaml')).toContain('password: { file: ./secret }');
    // What is not secret stays: JSON is JSON, and digests are there.
    const events = parts.get('runs/r1/events.jsonl')?.split('\n') ?? [];
    for (const line of events.slice(0, -1)) expect(() => void JSON.parse(line)).not.toThrow();
    expect(parts.get('runs/r1/events.jsonl')).toContain('ab'.repeat(32));
    expect(JSON.parse(parts.get('nodes/edge-1.json') ?? '')).toMatchObject({
      vm: 'edge-1',
      outcome: 'under-way',
    });
    expect(JSON.parse(parts.get('resolved.json') ?? '')).toMatchObject({ name: 'edge-lab' });
  });

  it('names what is missing, in itself too', async () => {
    carelessPast();
    const made = await make();
    expect(made.missing.map(({ path }) => path).sort()).toEqual([
      'consoles/edge-2.log',
      'nodes/edge-2.json',
      'plan.json',
    ]);
    const readme = unpacked(made.file).get('README.md') ?? '';
    for (const { path, why } of made.missing) {
      expect(readme).toContain(`\`${path}\` (`);
      expect(readme).toContain(why);
    }
    expect(made.missing.find(({ path }) => path === 'plan.json')?.why).toContain(
      'virsh is not installed',
    );
  });

  it('has no password of the usual variables, whichever the fleet file names, and the words that a user’s name is made of', async () => {
    carelessPast();
    const log = join(dir, 'edge-lab_edge-2-console.log');
    writeFileSync(log, 'edge-lab: vm-api-7 and vm-io-8\r\nedge-2 login: edge\r\n');
    const env = {
      ...environment(),
      PROJECT_API_PASSWORD: 'vm-api-7',
      ONBOARDING_PASSWORD: 'vm-io-8',
      CANARY_USER: 'edge',
    };
    expect(unpacked((await make({ env })).file).get('consoles/edge-2.log')).toContain(
      'edge-lab: ******** and ********\nedge-2 login:',
    );
    writeFileSync(file, `${FLEET}nonsense: vm-api-7\n`);
    const wrong = unpacked((await make({ env, output: join(dir, 'wrong') })).file);
    for (const [path, text] of wrong) expect(text, path).not.toContain('vm-api-7');
  });

  it('has no password of the installed system', async () => {
    carelessPast();
    const osCredentials = 'osCredentials: { username: { env: U }, password: { env: P } }';
    writeFileSync(file, FLEET.replace('  credentials:', `  ${osCredentials}\n  credentials:`));
    writeFileSync(join(dir, 'edge-lab_edge-2-console.log'), 'sudo: canary-n0de is wrong\r\n');
    const env = { ...environment(), U: 'edge', P: 'canary-n0de' };
    const { file: archive } = await make({ env });
    expect(unpacked(archive).get('consoles/edge-2.log')).toContain('sudo: ******** is wrong');
  });

  it('of a fleet whose secrets can’t be read warns, and still takes out what follows a prompt', async () => {
    carelessPast();
    rmSync(join(dir, 'secret'));
    const made = await make();
    expect(made.warnings).toEqual([
      expect.stringContaining('The password of the fleet could not be read'),
    ]);
    const parts = unpacked(made.file);
    expect(parts.get('README.md')).toContain('The password of the fleet could not be read');
    expect(parts.get('consoles/edge-1.log')).not.toContain('typed-0ther');
  });

  it('of a fleet file that is wrong has that file, what is wrong, and this machine', async () => {
    writeFileSync(file, `${FLEET}nonsense: 1\n`);
    const made = await make();
    const parts = unpacked(made.file);
    expect([...parts.keys()]).toEqual(['README.md', 'findings.json', 'fleet.yaml', 'host.json']);
    expect(parts.get('findings.json')).toContain('nonsense');
    expect(made.missing).toEqual([
      expect.objectContaining({
        path: 'all else',
        why: expect.stringContaining('has 2 mistakes') as string,
      }),
    ]);
    expect(parts.get('README.md')).toContain('`all else` (');
    await expect(make({ output: join(dir, 'b2') })).resolves.toMatchObject({
      file: join(dir, 'b2'),
    });
  });

  it('shows a variable that was inserted by its name, whatever it holds', async () => {
    carelessPast();
    const misplaced = FLEET.replace('name: edge,', 'name: edge, title: "of ${MISPLACED}",').replace(
      './secret',
      '"./${MISPLACED}"',
    );
    writeFileSync(file, misplaced);
    const env = { ...environment(), MISPLACED: 'Hunter3secret' };
    const parts = unpacked((await make({ env })).file);
    expect(parts.get('resolved.json')).toContain('"of ${MISPLACED}"');
    expect(parts.get('README.md')).toContain('/${MISPLACED}');
    for (const [path, text] of parts) expect(text, path).not.toMatch(/hunter3/i);
  });

  it('of a fleet file with secrets in it has none of them', async () => {
    const literal = FLEET.replace('{ env: CANARY_USER }', 'canary-me').replace(
      '{ file: ./secret }',
      '&x Hunter2secret',
    );
    writeFileSync(file, literal);
    const parts = unpacked((await make()).file);
    expect([...parts.keys()]).toContain('findings.json');
    for (const [path, text] of parts) expect(text, path).not.toMatch(/Hunter2|canary-me/);
  });

  it('never goes over a file, and leaves none when it is interrupted', async () => {
    carelessPast();
    writeFileSync(join(dir, 'mine'), 'mine');
    await expect(make({ output: join(dir, 'mine') })).rejects.toThrow(/exists already/);
    expect(readFileSync(join(dir, 'mine'), 'utf8')).toBe('mine');
    await expect(make({ output: join(dir, 'none/x') })).rejects.toThrow(
      /can't be written: its folder does not exist/,
    );
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(make({ output: join(dir, 'half'), signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
    expect(existsSync(join(dir, 'half'))).toBe(false);
  });
});

describe('openArchive', () => {
  it('is what tar reads, with long names and large files', async () => {
    const path = join(dir, 'a.tar.gz');
    const archive = await openArchive(path, new Date(0));
    const long = `${'f'.repeat(90)}/consoles/${'v'.repeat(63)}.log`;
    await archive.add(long, 'é'.repeat(700_000));
    await archive.add('empty', '');
    expect(await archive.close()).toBe(statSync(path).size);
    const list = execFileSync('tar', ['-tvzf', path], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    expect(list).toMatch(
      new RegExp(
        `^-rw------- 0/0 +1400000 1970-01-01 00:00 ${long}\n-rw------- 0/0 +0 1970-01-01 00:00 empty\n$`,
      ),
    );
    expect(execFileSync('tar', ['-xzOf', path, long], { encoding: 'utf8', maxBuffer: 1e7 })).toBe(
      'é'.repeat(700_000),
    );
  });

  it('leaves nothing when it is abandoned', async () => {
    const archive = await openArchive(join(dir, 'b'), new Date());
    await archive.add('a', 'text');
    await archive.abandon();
    expect(existsSync(join(dir, 'b'))).toBe(false);
  });
});
