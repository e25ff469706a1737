/**
 * The entry, loaded by bin/ven. It answers without oclif where it can: the version, and the help
 * texts, which were written when ven was built. Everything else is a command.
 */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { HELP_COLUMNS } from './cli/columns.js';
import type { VenPage } from './view/index.js';
import about from '../package.json' with { type: 'json' };

/** The folder of package.json; this file is dist/main.js. */
const ROOT = join(import.meta.dirname, '..');

settleColours(process.env);
const argv = commandLine(process.argv.slice(2));
const quick = argv[0] === 'complete' ? await completed(argv.slice(1)) : quickAnswer(argv);
if (quick !== null) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return; // a reader that is gone needs no answer
    process.stderr.write(`error: standard output can't be written: ${error.message}\n`);
    process.exitCode = 1;
  });
  process.stdout.write(quick);
} else {
  // A file beyond the limit of its size (ulimit -f) is an error of that write, not ven's end.
  process.on('SIGXFSZ', () => undefined);
  enableCompileCache(cacheFolder());
  const { run } = await import('./cli/run.js');
  process.exit(await run(argv, ROOT));
}

/**
 * Node and packages let an empty FORCE_COLOR win over NO_COLOR, and Node warns of the two: only the
 * one that counts is left.
 */
function settleColours(env: NodeJS.ProcessEnv): void {
  if (env['FORCE_COLOR'] === '') delete env['FORCE_COLOR'];
  if (env['FORCE_COLOR'] !== undefined) delete env['NO_COLOR'];
}

/**
 * `ven help plan` is `ven plan --help`, and `ven help orchestrator hosts` likewise; no arguments
 * ask for help, too.
 */
function commandLine(given: string[]): string[] {
  const [first, ...rest] = given;
  if (first === undefined) return ['--help'];
  return first === 'help' ? [...rest, '--help'] : given;
}

function quickAnswer(given: string[]): string | null {
  const [first = ''] = given;
  if (first === '--version' || first === '-v') return `ven ${about.version}\n`;
  const asked = given.slice(0, -1);
  if (!isHelp(given.at(-1)) || asked.some((word) => word.startsWith('-'))) return null;
  // The texts are as wide as that; a narrower terminal gets its own.
  if (process.stdout.isTTY && process.stdout.columns < HELP_COLUMNS) return null;
  try {
    const texts = JSON.parse(readFileSync(join(ROOT, 'dist/help.json'), 'utf8')) as Record<
      string,
      string
    >;
    const name = asked.join(' ');
    return Object.hasOwn(texts, name) ? (texts[name] ?? null) : null;
  } catch {
    return null; // then it is written anew
  }
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h';
}

/** For the completion scripts. */
async function completed(given: string[]): Promise<string> {
  enableCompileCache(cacheFolder());
  const { completion } = await import('./cli/completion.js');
  const pages = readFileSync(join(ROOT, 'dist/pages.json'), 'utf8');
  return completion(JSON.parse(pages) as VenPage, given);
}

/** The cache of compiled code: it halves the time of the next start. */
function cacheFolder(): string {
  const given = process.env['XDG_CACHE_HOME'];
  return join(
    given !== undefined && isAbsolute(given) ? given : join(homedir(), '.cache'),
    'ven/compiled',
  );
}
