import { stripVTControlCharacters } from 'node:util';
import { Config, Errors, run as runOclif } from '@oclif/core';
import { EXIT, nearest, VenError } from '../model/index.js';
import { maskRemembered } from '../secrets/index.js';
import { bugText, errorJson, errorText, styleOf } from '../view/index.js';
import { jsonForm } from './command.js';
import { flushedWith, stderr, stdout, survivePipes } from './output.js';
import { leaveOnSignals } from './signals.js';

/**
 * Runs one command line, prints its errors, and resolves to the exit code. `root`: the folder of
 * package.json.
 */
export async function run(argv: readonly string[], root: string): Promise<number> {
  return flushedWith(await runCommand(argv, root));
}

async function runCommand(argv: readonly string[], root: string): Promise<number> {
  survivePipes();
  leaveOnSignals();
  let version = '';
  let inCommand = false;
  try {
    const config = await Config.load({ root });
    version = config.version;
    refuseUnknown(argv, config);
    inCommand = true;
    await runOclif([...argv], config);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    return tell(error, version, argv, inCommand);
  }
}

function tell(
  error: unknown,
  version: string,
  argv: readonly string[],
  inCommand: boolean,
): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? EXIT.error;
  const style = styleOf(process.stderr, process.env);
  const known = error instanceof Errors.CLIError ? usage(error) : error;
  if (!(known instanceof VenError)) {
    stderr(maskRemembered(bugText(error, version, style)));
    return EXIT.error;
  }
  // A command's `catch` prints VenErrors as JSON. Errors of oclif, and unknown commands, are
  // printed here.
  if (!(inCommand && known === error) && argv.includes('--json'))
    stdout(errorJson(known, jsonForm(argv[0])));
  stderr(errorText(known, style));
  if (folderIsGone())
    stderr('The current folder was deleted: cd to another one, or give absolute paths.\n');
  return known.exitCode;
}

/**
 * What oclif says of wrong flags and arguments, in simpler words where possible, with a hint at the
 * help.
 */
function usage(
  error: Errors.CLIError & {
    flags?: unknown;
    parse?: { input?: { flags?: Record<string, unknown> } };
  },
): VenError {
  const said = stripVTControlCharacters(error.message).replace(/\n?See more help with --help$/, '');
  const [, reasons] = /^The following errors? occurred:\s+([^]+)$/.exec(said) ?? [];
  const summary =
    reasons
      ?.trim()
      .split(/\s*\n\s*/)
      .map(plain)
      .join('; ') ?? said.replaceAll(/\s+/g, ' ').trim();
  const [unknown] = Array.isArray(error.flags)
    ? error.flags.filter((flag) => typeof flag === 'string')
    : [];
  const known = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`);
  const guess = unknown === undefined ? null : nearest(unknown, known);
  return new VenError('usage', {
    summary,
    hint: guess === null ? 'see --help' : `did you mean ${guess}? See --help`,
    cause: error,
  });
}

/** Why flags do not go together. */
function plain(reason: string): string {
  return reason
    .replace(/^All of the following must be provided when using (\S+): (.+)$/, '$1 needs $2')
    .replace(
      /^(--[\w-]+)=.* cannot also be provided when using (\S+)$/,
      '$2 and $1 exclude each other',
    );
}

/** oclif itself prints the help of a topic without a command. */
function refuseUnknown([first, second]: readonly string[], config: Config): void {
  if (first === undefined || first.startsWith('-') || config.findCommand(first)) return;
  const known = config.commands
    .filter(({ hidden }) => !hidden)
    .map((command) => command.id.replaceAll(':', ' '));
  const within = known.filter((id) => id.startsWith(`${first} `));
  if (within.length === 0) throw unknownCommand(first, known);
  if (second === undefined || second.startsWith('-') || within.includes(`${first} ${second}`))
    return;
  throw unknownCommand(`${first} ${second}`, within);
}

function unknownCommand(id: string, known: readonly string[]): VenError {
  const guess = nearest(id, known);
  return new VenError('usage', {
    summary: `there is no command ${JSON.stringify(id)}`,
    hint: `${guess === null ? '' : `did you mean ${guess}? `}The commands are: ${known.join(', ')}`,
  });
}

function folderIsGone(): boolean {
  try {
    process.cwd();
    return false;
  } catch {
    return true;
  }
}
