/** Types, lint and format, beside each other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const CACHE = 'node_modules/.cache';
// No cache for the lint: what it says of a file depends on the types in others.
const CHECKS = {
  types: `tsc -p . --incremental --tsBuildInfoFile ${CACHE}/tsc.json`,
  lint: 'eslint .',
  format:
    'prettier --check . --cache --cache-strategy content ' +
    `--cache-location ${CACHE}/format.json`,
};

const results = await Promise.all(
  Object.entries(CHECKS).map(([name, command]) => run(name, command)),
);
process.exitCode = results.every(Boolean) ? 0 : 1;

/** Whether it passed. Shows its output in one piece when it has ended. */
async function run(name: string, command: string): Promise<boolean> {
  const began = performance.now();
  const child = spawn('sh', ['-c', `exec ${command} 2>&1`], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const passed = child.exitCode === 0;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${name}: ${passed ? 'passed' : 'failed'} (${seconds} s)`);
  if (!passed) console.log(output);
  return passed;
}
