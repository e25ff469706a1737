/**
 * The entry, loaded by bin/ven. What can be answered without loading oclif is answered here: the version, and the help texts,
 * which oclif wrote when ven was built. All else is a command.
 */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import about from '../package.json' with { type: 'json' };

/** The folder of package.json; this file is dist/main.js. */
const ROOT = join(import.meta.dirname, '..');

/** Help texts are made for so many columns, or fewer than the terminal has. */
const HELP_COLUMNS = 80;

const argv = commandLine(process.argv.slice(2));
const quick = quickAnswer(argv);
if (quick !== null) {
  process.stdout.on('error', () => undefined); // a reader that has gone away needs no answer
  process.stdout.write(quick);
} else {
  enableCompileCache(cacheFolder());
  const { run } = await import('./cli/run.js');
  process.exit(await run(argv, ROOT));
}

/** `ven help plan` is `ven plan --help`, `ven help orchestrator hosts` likewise, and nothing at all asks for help too. */
function commandLine(given: string[]): string[] {
  const [first, ...rest] = given;
  if (first === undefined) return ['--help'];
  return first === 'help' ? [...rest, '--help'] : given;
}

function quickAnswer([first, second, ...rest]: string[]): string | null {
  if (rest.length > 0 || first === undefined) return null;
  if (second === undefined && (first === '--version' || first === '-v'))
    return `ven ${about.version}\n`;
  const topic =
    isHelp(first) && second === undefined
      ? ''
      : isHelp(second) && !first.startsWith('-')
        ? first
        : null;
  if (topic === null || (process.stdout.isTTY && process.stdout.columns < HELP_COLUMNS))
    return null;
  try {
    const texts = JSON.parse(readFileSync(join(ROOT, 'dist/help.json'), 'utf8')) as Record<
      string,
      string
    >;
    return Object.hasOwn(texts, topic) ? (texts[topic] ?? null) : null;
  } catch {
    return null; // oclif writes it, then
  }
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h';
}

/** Compiled code is kept here between runs: a second start takes half the time. */
function cacheFolder(): string {
  const given = process.env['XDG_CACHE_HOME'];
  return join(
    given !== undefined && isAbsolute(given) ? given : join(homedir(), '.cache'),
    'ven/compiled',
  );
}
