/** The prompt for a secret, on a real terminal. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Terminal } from '../../e2e/terminal.js';
import { ensureBuilt } from './built.js';

const dir = mkdtempSync(join(tmpdir(), 'ven-ask-'));
const outfile = join(dir, 'ask.mjs');
const said = join(dir, 'said');
const PROMPT = 'Password: ';

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'imagined-question.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  ensureBuilt();
}, 60_000);
beforeEach(() => {
  rmSync(said, { force: true });
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

async function asked(...args: string[]): Promise<Terminal> {
  const terminal = new Terminal(
    { dir, stateDir: dir, program: `${process.execPath} ${outfile} ${said}` },
    ...args,
  );
  await terminal.sees(PROMPT);
  return terminal;
}
/** Its exit code, and what it says came of it; the terminal is as it was. */
async function ended(terminal: Terminal): Promise<[number, string]> {
  const { code, modesBefore, modesAfter } = await terminal.left();
  expect(modesAfter).toBe(modesBefore);
  expect(terminal.shown).toMatch(/\r\n$/);
  return [code, readFileSync(said, 'utf8')];
}

it('takes characters, and of other keys only those that take some back; shows none', async () => {
  const terminal = await asked();
  const [up, left, home, f5, tab, paste, pasteEnd] = [
    '\u001b[A',
    '\u001bOD',
    '\u001b[1~',
    '\u001b[15;5~',
    '\t',
    '\u001b[200~',
    '\u001b[201~',
  ];
  terminal.type(`nein\u0015${up}s${left}ex${home}\u007fc${f5}${tab}r${paste}ét${pasteEnd}\r`);
  expect(await ended(terminal)).toEqual([0, 'got secrét']);
  expect(terminal.shown).toBe(`${PROMPT}\r\n`);
});

it('shows a name, with what was taken back', async () => {
  const terminal = await asked('shown');
  terminal.type('edgf\u007fe\r');
  expect(await ended(terminal)).toEqual([0, 'got edge']);
  const again = `\r\u001b[K${PROMPT}`;
  const seen = ['e', 'ed', 'edg', 'edgf', 'edg', 'edge'].map((text) => again + text);
  expect(terminal.shown).toBe(`${PROMPT}${seen.join('')}\r\n`);
});

it('asks again where nothing was typed', async () => {
  const terminal = await asked();
  terminal.type('\r');
  await terminal.sees("It can't be empty. Password: ");
  terminal.type('secret\r');
  expect(await ended(terminal)).toEqual([0, 'got secret']);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is ended by %s', async (signal) => {
  const terminal = await asked();
  process.kill(terminal.ven, signal);
  expect(await ended(terminal)).toEqual([130, `ended by ${signal}`]);
});

it.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('is ended by %s', async (_, key) => {
  const terminal = await asked();
  terminal.type(`sec${key}`);
  expect(await ended(terminal)).toEqual([130, 'Interrupted while asking for the Password']);
});

it('is ended when the time is up', async () => {
  expect(await ended(await asked('limited'))).toEqual([130, 'The time is up']);
});

it.each(['hears of it', 'deaf'])('is ended with its terminal (%s)', async (how) => {
  const terminal = await asked(how);
  terminal.close();
  await expect
    .poll(() => existsSync(said) && readFileSync(said, 'utf8'), { timeout: 5000 })
    .toMatch(/^Interrupted while asking|^ended by SIGHUP/);
});

it('leaves a command that asks to its signals', async () => {
  const orchestrator = '{ domain: edge.test, project: ours, onboarding: none }';
  writeFileSync(
    join(dir, 'fleet.yaml'),
    `apiVersion: ven/v1\nfleet: lab\norchestrator: ${orchestrator}\nvms: [{ name: a, firmware: bios }]\n`,
  );
  const terminal = new Terminal({ dir, stateDir: dir }, 'orchestrator', 'hosts');
  await terminal.sees('(PROJECT_API_USER): ');
  process.kill(terminal.ven, 'SIGTERM');
  const { code, modesBefore, modesAfter } = await terminal.left();
  expect([code, modesAfter]).toEqual([130, modesBefore]);
  expect(terminal.shown).toContain('error: ended by SIGTERM\r\n');
});
