/** ven as it is built, as a child process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');
export const VEN = join(ROOT, 'bin/ven');

/** Builds dist/ when a source is younger. */
export function ensureBuilt(): void {
  const built = join(ROOT, 'dist/help.json'); // written last
  const sources = ['src', 'templates', 'schemas'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(ROOT, folder, name),
    ),
  );
  const youngest = Math.max(
    ...[...sources, join(ROOT, 'scripts/build.ts'), join(ROOT, 'package.json')].map(
      (file) => statSync(file).mtimeMs,
    ),
  );
  if (existsSync(built) && statSync(built).mtimeMs > youngest) return;
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { cwd: ROOT, stdio: 'pipe' });
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function ven(
  args: string[],
  { cwd, env = {}, program = VEN }: { cwd: string; env?: Record<string, string>; program?: string },
): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  return { code: status, stdout, stderr };
}
