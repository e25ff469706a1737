/** Runs a program to its end; the failure tells what it wrote. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export async function run(
  file: string,
  args: string[],
  options: { cwd?: string } = {},
): Promise<string> {
  const { stdout } = await exec(file, args, {
    ...options,
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
