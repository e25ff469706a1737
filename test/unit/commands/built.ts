/** ven as it is built, as a child process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');
export const VEN = join(ROOT, 'bin/ven');

/** Builds dist/ when a source is younger. Several test files may ask for it at the same time. */
export function ensureBuilt(): void {
  const built = 'dist/help.json'; // written last
  const folders = ['src', 'templates', 'schemas'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  const timeOf = (file: string): number => statSync(join(ROOT, file)).mtimeMs;
  const sources = [...folders, 'scripts/build.ts', 'package.json'];
  const youngest = sources.reduce((a, b) => (timeOf(a) > timeOf(b) ? a : b));
  const build = '[ "$1" -nt "$2" ] || exec "$3" scripts/build.ts';
  execFileSync(
    'flock',
    ['scripts/build.ts', 'sh', '-c', build, 'sh', built, youngest, process.execPath],
    { cwd: ROOT, stdio: 'pipe' },
  );
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function ven(
  args: string[],
  {
    cwd,
    env = {},
    program = VEN,
    input,
  }: { cwd: string; env?: Record<string, string>; program?: string; input?: string },
): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    ...(input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input }),
    timeout: 20_000,
  });
  return { code: status, stdout, stderr };
}
