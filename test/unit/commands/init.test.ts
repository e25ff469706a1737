/** `ven init`: a file that is right, for a fleet of its own, wherever it is written. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { init } from '../../../src/operations/index.js';
import { Lab } from '../../fake-host/index.js';
import { ROOT } from './built.js';

it('init.fleet.yaml is right with all that is commented out in it, too', () => {
  const commented = readFileSync(join(ROOT, 'templates/init.fleet.yaml'), 'utf8');
  // What begins with a key; the rest is words.
  const all = commented.replaceAll(/^( *)# ( *\w+:)/gm, '$1$2');
  expect(all).toMatch(/^orchestrator:\n {2}domain: /m);
  expect(all).toMatch(/^ {4}protect: /m);
  const certificate = readFileSync(join(ROOT, 'test/unit/efi/certificates/root.pem'), 'utf8');
  const surroundings = { readFile: () => certificate, now: new Date('2026-06-01') };
  const { orchestrator, vms } = loadFleet(all, { file: 'fleet.yaml', surroundings });
  expect(orchestrator).toMatchObject({
    onboarding: 'interactive',
    credentials: { password: { env: 'ONBOARDING_PASSWORD' } },
  });
  expect(vms).toHaveLength(2);
});

describe('init', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ven-init-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const written = (file: string): string => readFileSync(file, 'utf8');
  const loaded = (file: string) => loadFleet(written(file), { file });

  it.each([
    ['lab', 'lab'],
    ['My Lab_2', 'my-lab-2'],
    ['Büro', 'buro'],
    ['--a.b--', 'a-b'],
    ['2026', 'fleet-2026'],
    ['1-2', 'fleet-1-2'],
    ['true', 'fleet-true'],
    ['null', 'fleet-null'],
    ['1e3', 'fleet-1e3'],
    ['0x1f', 'fleet-0x1f'],
    ['日本', 'fleet'],
    ['5f2b8c1e-0d3a-4c57-9a61-7e8f90ab12cd', 'fleet-5f2b8c1e-0d3a-4c57-9a61-7e8f90ab12'],
    ['x'.repeat(70), 'x'.repeat(40)],
    [`${'x'.repeat(39)}-y`, 'x'.repeat(39)],
  ])('in %s is for the fleet %s', (name, fleet) => {
    const made = init(join(folder, name));
    expect(made).toEqual({ file: join(folder, name, 'fleet.yaml'), fleet });
    expect(loaded(made.file).name).toBe(fleet);
  });

  it('into a file names the fleet after it, or after its folder', () => {
    mkdirSync(join(folder, 'lab.yaml'));
    for (const [given, file, fleet] of [
      ['edge.yaml', 'edge.yaml', 'edge'],
      ['edge.yml', 'edge.yml', 'edge'],
      ['lab.yaml', 'lab.yaml/fleet.yaml', 'lab-yaml'],
    ] as const)
      expect(init(join(folder, given))).toEqual({ file: join(folder, file), fleet });
    const inHere = init(join(folder, 'fleet.yaml'));
    expect(inHere.fleet).toMatch(/^ven-init-/);
  });

  it('makes the folder of a file that is missing, as of a folder', () => {
    const file = join(folder, 'no/such/edge.yaml');
    expect(init(file)).toEqual({ file, fleet: 'edge' });
    expect(loaded(file).name).toBe('edge');
  });

  it('overwrites nothing', () => {
    const { file } = init(join(folder, 'lab'));
    const before = written(file);
    expect(() => init(join(folder, 'lab'))).toThrow(/exists already/);
    expect(() => init(file)).toThrow(/exists already/);
    expect(written(file)).toBe(before);
  });

  it('names the schema that came with ven, for editors without a network', () => {
    const [first = ''] = written(init(join(folder, 'lab')).file).split('\n');
    const [, url = ''] = /^# yaml-language-server: \$schema=(file:\/\/\S+)$/.exec(first) ?? [];
    expect(JSON.parse(written(fileURLToPath(url)))).toMatchObject({ title: 'Fleet' });
  });

  it('twice on one host: two fleets beside each other', async () => {
    const [one, two] = ['one', 'two'].map((name) => loaded(init(join(folder, name)).file));
    if (!one || !two) throw new Error('nothing was written');
    const lab = Lab.bare();
    expect((await lab.apply(one)).result.outcome).toBe('done');
    const plan = await lab.plan(two);
    expect(plan.refused).toEqual([]);
    expect(plan.summary).toMatchObject({ create: 3, delete: 0 });
    expect((await lab.apply(two)).result.outcome).toBe('done');
    expect((await lab.plan(one)).steps).toEqual([]);
  });
});
