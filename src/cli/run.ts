import { Config, Errors, settings } from '@oclif/core';
import { EXIT, nearest, ownEntry, VenError } from '../model/index.js';
import { maskRemembered } from '../secrets/index.js';
import { bugText, errorJson, errorText, styleOf } from '../view/index.js';
import { jsonForm } from './command.js';
import { flushedWith, stderr, stdout, survivePipes } from './output.js';
import { leaveOnSignals } from './signals.js';

/** So many commands, and no more, are listed in a hint. */
const FEW = 8;
const [UP, OFF, SHELL] = [
  'ven apply makes the VMs and starts them',
  'ven power off VM stops a VM',
  'ven console VM attaches to the console of a VM',
];

/** What the commands that other tools have are here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ up: UP, create: UP, deploy: UP, run: UP },
  ...{ ssh: SHELL, shell: SHELL, exec: SHELL, attach: SHELL },
  ...{ down: 'ven destroy deletes the fleet, ven power off VM stops a VM', halt: OFF, stop: OFF },
  ...{ start: 'ven power on VM starts a VM', reload: 'ven power reboot VM restarts a VM' },
  ...{ delete: 'ven destroy deletes the fleet', rm: 'ven destroy deletes the fleet' },
  ...{ list: 'ven status lists the VMs', ls: 'ven status lists the VMs' },
  ...{ ps: 'ven status lists the VMs', get: 'ven status lists the VMs' },
  diff: 'ven plan shows what differs',
};

const HELP = new Set(['--help', '-h']);

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
  // Else a NODE_ENV of development or test, which is meant for other programs, has oclif look for
  // sources, and complain that TypeScript is not there.
  settings.enableAutoTranspile = false;
  try {
    const config = await Config.load({ root });
    version = config.version;
    const asked = whatFor(argv, config);
    if (asked.help) {
      const { helpFor } = await import('./help.js');
      stdout(helpFor(config, process.stdout.columns).get(asked.name) ?? '');
      return EXIT.done;
    }
    inCommand = true;
    await config.runCommand(asked.name.replace(' ', ':'), asked.rest);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    return tell(error, version, argv, inCommand);
  }
}

interface Asked {
  /** A command (`plan`, `orchestrator hosts`); for help also a topic, and `''` for ven itself. */
  name: string;
  help: boolean;
  rest: string[];
}

/** @throws VenError `usage`: there is no such command. */
function whatFor(argv: readonly string[], config: Config): Asked {
  const end = argv.indexOf('--');
  const help = argv.slice(0, end < 0 ? undefined : end).some((word) => HELP.has(word));
  const known = config.commands
    .filter(({ hidden }) => !hidden)
    .map(({ id }) => id.replaceAll(':', ' '));
  const [first = '', second = ''] = argv.map((word) => (word.startsWith('-') ? '' : word));
  const within = known.filter((id) => id.startsWith(`${first} `));
  if (first === '') {
    if (help) return { name: '', help, rest: [] };
    throw usageError(`There is no flag ${argv[0]} before a command`, 'See ven --help');
  }
  if (config.findCommand(first)) return { name: first, help, rest: argv.slice(1) };
  if (within.length === 0) throw unknownCommand(first, known);
  const name = `${first} ${second}`.trim();
  if (second === '') {
    if (help || argv.length === 1) return { name, help: true, rest: [] };
    throw usageError(
      `There is no flag ${argv[1]} before a command of ${name}`,
      `The command comes first: ${within.map((id) => `ven ${id}`).join(', ')}`,
    );
  }
  if (within.includes(name)) return { name, help, rest: argv.slice(2) };
  throw unknownCommand(name, within);
}

function tell(
  error: unknown,
  version: string,
  argv: readonly string[],
  inCommand: boolean,
): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? EXIT.error;
  const style = styleOf(process.stderr, process.env);
  if (!(error instanceof VenError)) {
    stderr(maskRemembered(bugText(error, version, style)));
    return EXIT.error;
  }
  // A command's `catch` prints its errors as JSON.
  if (!inCommand && argv.includes('--json')) stdout(errorJson(error, jsonForm(argv[0])));
  stderr(errorText(error, style));
  if (folderIsGone())
    stderr('The current folder was deleted: cd to another one, or give absolute paths.\n');
  return error.exitCode;
}

function unknownCommand(id: string, known: readonly string[]): VenError {
  const guess = nearest(id, known);
  const instead = ownEntry(ELSEWHERE, id);
  const all =
    known.length > FEW ? 'ven --help lists the commands' : `The commands are: ${known.join(', ')}`;
  return usageError(
    `There is no command ${JSON.stringify(id)}`,
    `${instead === null ? guessed(guess) : `${instead}. `}${all}`,
  );
}

function guessed(guess: string | null): string {
  return guess === null ? '' : `Did you mean ${guess}? `;
}

function usageError(summary: string, hint: string): VenError {
  const detail = 'usage: ven COMMAND [ARGUMENTS] [FLAGS]';
  return new VenError('usage', { summary, detail, hint });
}

function folderIsGone(): boolean {
  try {
    process.cwd();
    return false;
  } catch {
    return true;
  }
}
