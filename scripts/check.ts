/** Types, lint, format, spelling and links of the docs, beside each other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const CACHE = 'node_modules/.cache';
// No cache for the lint: what it says of a file depends on the types in others.
export const CHECKS: Record<string, { command: string; hint?: string }> = {
  types: { command: `tsc -p . --incremental --tsBuildInfoFile ${CACHE}/tsc.json` },
  lint: { command: 'eslint .' },
  format: {
    command:
      'prettier --check . --cache --cache-strategy content ' +
      `--cache-location ${CACHE}/format.json`,
    hint: '`npm run format` puts it right.',
  },
  spelling: {
    command: 'cspell --no-progress --no-summary --show-suggestions',
    hint: 'A word of the field or a name that is right goes into docs/words.txt, a line each.',
  },
  // Within the repository: what a link on the web leads to is not asked for.
  links: {
    command:
      'remark --quiet --frail --no-stdout --no-config --no-ignore --no-color ' +
      '--use remark-validate-links=repository:false *.md docs',
  },
};

if (import.meta.main) {
  const results = await Promise.all(
    Object.entries(CHECKS).map(([name, check]) => run(name, check)),
  );
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

/** Whether it passed. Shows its output in one piece when it has ended. */
async function run(name: string, { command, hint }: (typeof CHECKS)[string]): Promise<boolean> {
  const began = performance.now();
  const child = spawn('sh', ['-c', `exec ${command} 2>&1`], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const passed = child.exitCode === 0;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`${name}: ${passed ? 'passed' : 'failed'} (${seconds} s)`);
  if (!passed) console.log(output + (hint === undefined ? '' : `\n${hint}\n`));
  return passed;
}
