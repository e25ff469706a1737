/**
 * Builds dist/: one file for the entry and one for each command, with what they share in chunks.
 * So a command loads only what it needs. Then oclif's manifest and the help texts, so that neither
 * is computed at every start, and the manual pages (dist/man).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config, Plugin } from '@oclif/core';
import { build } from 'esbuild';
import { listOfBundled, writeNotices } from './bundled.ts';
import { generateCode } from './generate.ts';
import { loadedLate, slimOclif } from './late.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const MANIFEST = join(ROOT, 'oclif.manifest.json');

await generateCode();

/** A folder of commands is a topic: `ven orchestrator hosts`. */
const commands = readdirSync(join(ROOT, 'src/commands'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(ROOT, 'src/commands', name));

// Beside it, and then put in its place: a ven that runs meanwhile finds the old one or the new.
const made = `${DIST}.new`;
rmSync(made, { recursive: true, force: true });
await build({
  entryPoints: [
    ...['main', 'cli/help', 'library/index'].map((name) => join(ROOT, `src/${name}.ts`)),
    ...commands,
  ],
  outbase: join(ROOT, 'src'),
  outdir: made,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true, // names stay, for the stack in a bug report
  legalComments: 'none',
  logLevel: 'warning',
  // oclif looks for these when it develops plugins; ven has none.
  external: ['typescript', 'ts-node', 'tsx'],
  absWorkingDir: ROOT,
  plugins: [loadedLate(), slimOclif(ROOT), ...listOfBundled()],
  define: { VEN_COMMIT: JSON.stringify(commit()) },
  // The packages that are CommonJS expect these to exist.
  banner: {
    js:
      "import { createRequire as $require } from 'node:module';" +
      'const require = $require(import.meta.url), ' +
      '__filename = import.meta.filename, __dirname = import.meta.dirname;',
  },
});

writeNotices(made);

rmSync(DIST, { recursive: true, force: true });
renameSync(made, DIST);

const plugin = new Plugin({ root: ROOT, ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
write(MANIFEST, plugin.manifest);

const { helpFor, manFor, venPage } = (await import(
  join(DIST, 'cli/help.js')
)) as typeof import('../src/cli/help.ts');
const config = await Config.load({ root: ROOT });
mkdirSync(join(DIST, 'man'));
for (const [name, text] of manFor(config, date())) writeFileSync(join(DIST, 'man', name), text);
write(join(DIST, 'pages.json'), venPage(config));
write(join(DIST, 'help.json'), Object.fromEntries(helpFor(config)));

/** Of this tree; null outside of a clone. */
function commit(): string | null {
  return git('describe', '--always', '--dirty', '--exclude=*', '--abbrev=12');
}

/** Of the commit, or of now. */
function date(): string {
  return git('log', '-1', '--format=%cs') ?? new Date().toISOString().slice(0, 10);
}

function git(...args: string[]): string | null {
  const ask = (words: string[]): string =>
    spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
  if (ask(['rev-parse', '--show-toplevel']) !== realpathSync(ROOT)) return null;
  return ask(args) || null;
}

function write(file: string, content: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(content));
  renameSync(`${file}.new`, file);
}
