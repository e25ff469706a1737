/**
 * The tour of docs, command by command on real libvirt: what it prints is what the page shows, but
 * for durations, and README's tour is a part of it. On a host of its own, where the tour's name and
 * subnet are free.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, matches, ROOT, shownIn, type Block, type Shown } from '../unit/docs/blocks.js';
import { PrivateHost } from './private-host.js';

let host: PrivateHost;
beforeAll(async () => {
  host = await PrivateHost.up();
});
afterAll(async () => {
  await host.close();
});

/** What a shell prints of a command, in the order in which a person sees it. */
async function typed(command: string, cwd: string): Promise<string> {
  const path = `${join(ROOT, 'bin')}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path, XDG_STATE_HOME: join(cwd, 'state') };
  const [file = '', ...args] = [...host.through, 'env', '-C', cwd, 'bash', '-c', `${command} 2>&1`];
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return text(child.stdout);
}

/** Durations differ; what is done at once ends in any order. */
function comparable(lines: readonly string[]): string[] {
  const normal = lines.map((line) => line.replace(/\b(\d+m )?\d+(\.\d+)?s\b/g, 'TIME').trimEnd());
  // "creating" comes before "created", and so all such words.
  const key = (line: string): string => line.replace(/^\S+ +/, '');
  const groups: string[][] = [];
  for (const line of normal) {
    const last = groups.at(-1);
    if ([line, last?.[0] ?? ''].every((each) => /^vm\.\S+ {2,}/.test(each))) last?.push(line);
    else groups.push([line]);
  }
  return groups.flatMap((group) =>
    group.sort((a, b) => key(b).localeCompare(key(a)) || a.localeCompare(b)),
  );
}

/** Without empty lines at the beginning and at the end. */
const trimmed = (text: string): string[] => text.replace(/^\n+|\s+$/g, '').split('\n');

const LONG = 'docs/first-fleet.md';
const blocks = (page: string, kind: string): Block[] =>
  blocksOf(page).filter((block) => block.kind === kind);
const shownOn = (page: string): Shown[] => blocks(page, 'console').flatMap(shownIn);
const fleetOn = (page: string): string => blocks(page, 'yaml')[0]?.text ?? '';

/** Each command of the long tour that was run, in order, and what it printed. */
const ran: { command: string; lines: string[] }[] = [];

function expectAsShown(lines: readonly string[], { output }: Shown): void {
  const wanted = comparable(trimmed(output.join('\n')));
  if (!matches(lines, wanted)) expect(lines).toEqual(wanted);
}

describe(LONG, () => {
  const dir = mkdtempSync(join(tmpdir(), 'ven-docs-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each(shownOn(LONG))('$command', async (shown) => {
    if (ran.length === 0) writeFileSync(join(dir, 'fleet.yaml'), fleetOn(LONG));
    const lines = comparable(trimmed(await typed(shown.command, dir)));
    ran.push({ command: shown.command, lines });
    expectAsShown(lines, shown);
  });
});

describe('README.md', () => {
  it('has the same fleet', () => {
    expect(fleetOn(LONG)).toContain(fleetOn('README.md'));
    expect(fleetOn('README.md')).toContain('apiVersion');
  });

  it('shows commands of the long tour, in its order, with what they printed', () => {
    const left = [...ran];
    for (const shown of shownOn('README.md')) {
      const at = left.findIndex(({ command }) => command === shown.command);
      expect(at, shown.command).not.toBe(-1);
      expectAsShown(left[at]?.lines ?? [], shown);
      left.splice(0, at + 1);
    }
  });
});
