/**
 * Runs the README's tour on this machine's libvirt in a terminal, and draws what was seen:
 * docs/images/tour.svg. Times in it are those of this run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOfStream } from 'node:stream/consumers';
import xterm from '@xterm/headless';
import { terminalSvg, type Run, type Scene } from './record/terminal-svg.ts';
import { tourOf } from './record/tour.ts';

const ROOT = join(import.meta.dirname, '..');
const COLUMNS = 66;
const ROWS = 100;
/** Of an output that is longer, the first and the last lines are shown. */
const MOST = 18;
const FIRST = 5;

const more: Run[] = [{ text: '…', column: 0, dim: true }];

const tour = tourOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'ven-tour-'));
const env = {
  ...process.env,
  PATH: `${join(ROOT, 'bin')}:${process.env['PATH'] ?? ''}`,
  XDG_STATE_HOME: join(folder, 'state'),
  TERM: 'xterm-256color',
  CI: '',
};

try {
  writeFileSync(join(folder, 'fleet.yaml'), tour.fleet);
  const scenes: Scene[] = [];
  for (const command of tour.commands) scenes.push(await sceneOf(command));
  const title = 'A fleet is planned, applied, changed, applied again and destroyed';
  writeFileSync(join(ROOT, 'docs/images/tour.svg'), terminalSvg(title, scenes, COLUMNS));
} finally {
  const left = spawn('ven', ['destroy', '--yes', '--purge'], { cwd: folder, env, stdio: 'ignore' });
  await once(left, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a command in a terminal of its own, and takes what is on its screen in the end. */
async function sceneOf(command: string): Promise<Scene> {
  const began = performance.now();
  const typed = `stty cols ${COLUMNS} rows ${ROWS}; ${command}`;
  const child = spawn('script', ['-qfec', typed, '/dev/null'], {
    ...{ cwd: folder, env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([
    textOfStream(child.stdout),
    once(child, 'exit') as Promise<[number]>,
  ]);
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${output}`);
  const seconds = (performance.now() - began) / 1000;
  return { command, seconds, lines: shortened(await screenOf(output)) };
}

async function screenOf(output: string): Promise<Run[][]> {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  await new Promise<void>((done) => {
    terminal.write(output, done);
  });
  const { buffer } = terminal;
  const lines = Array.from({ length: buffer.active.length }, (_, at) =>
    runsOf(buffer.active.getLine(at)),
  );
  return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
}

type Line = ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getLine']>;

/** Neighbouring cells that look alike, without the blanks around them. */
function runsOf(line: Line): Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < COLUMNS; column++) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() ?? '';
    if (cell === undefined || text.trim() === '') continue;
    const look = {
      ...(cell.isFgPalette() && { colour: cell.getFgColor() % 8 }),
      ...(cell.isBold() !== 0 && { bold: true }),
      ...(cell.isDim() !== 0 && { dim: true }),
    };
    const last = runs.at(-1);
    const end = last === undefined ? 0 : last.column + last.text.length;
    const isNext = last !== undefined && sameLook(last, look) && column - end <= 1;
    if (isNext) last.text += ' '.repeat(column - end) + text;
    else runs.push({ text, column, ...look });
  }
  return runs;
}

function sameLook(a: Omit<Run, 'text' | 'column'>, b: Omit<Run, 'text' | 'column'>): boolean {
  return a.colour === b.colour && a.bold === b.bold && a.dim === b.dim;
}

/** Without the plan that a command shows before it does something: that was a scene of its own. */
function shortened(lines: Run[][]): Run[][] {
  const recap = lines.findIndex((line) => line[0]?.text.startsWith('Plan: '));
  if (recap >= 0 && recap < lines.length - 1) return [more, ...lines.slice(recap + 2)];
  if (lines.length <= MOST) return lines;
  return [...lines.slice(0, FIRST), more, ...lines.slice(FIRST + 1 - MOST)];
}
