/** Command lines in the docs, read as ven's own parser reads them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Parser, type Command } from '@oclif/core';
import { ROOT } from './blocks.js';

/** The words of a command line, as a shell splits them; pipes, `&&` and redirections are words. */
export function words(line: string): string[] {
  const found = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  const comment = found.findIndex((word) => word.startsWith('#'));
  return found
    .slice(0, comment === -1 ? undefined : comment)
    .map((word) => word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'));
}

/** The commands of one line, each with its words: what is before and after a pipe, `;` or `&&`. */
export function commandsIn(line: string): string[][] {
  const commands: string[][] = [[]];
  const all = words(line.replace(/(?<=\s)(<|>)\(([^)]*)\)/g, '| $2').replace(/;(?=\s|$)/g, ' ;'));
  for (let at = 0; at < all.length; at += 1) {
    const word = all[at] ?? '';
    if (['|', '||', '&&', ';', '&'].includes(word)) commands.push([]);
    else if (/^\d?>>?$/.test(word)) at += 1;
    else commands.at(-1)?.push(word);
  }
  return commands.filter((command) => command.length > 0).map(itself);
}

/** Without what it is run by: sudo, variables. */
function itself(command: string[]): string[] {
  const [first = '', ...rest] = command;
  if (/^[A-Z_]+=/.test(first) && rest.length > 0) return itself(rest);
  if (first !== 'sudo' && first !== 'env') return command;
  const from = rest.findIndex((word) => !word.startsWith('-') && !/^[A-Z_]+=/.test(word));
  return from === -1 ? command : itself(rest.slice(from));
}

const FOLDER = join(ROOT, 'src/commands');

/** All commands, by the words after `ven`. */
export async function venCommands(): Promise<Map<string, Command.Class>> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const loaded = files.map(async (name) => {
    const { default: command } = (await import(join(FOLDER, name))) as { default: Command.Class };
    return [name.replace(/\.ts$/, '').replaceAll('/', ' '), command] as const;
  });
  return new Map(await Promise.all(loaded));
}

/**
 * What is wrong with the words after `ven`; null: nothing. Flags that ven takes before any command
 * (`--version`), and `--help` after one, are right.
 */
export async function wrongIn(
  argv: readonly string[],
  commands: ReadonlyMap<string, Command.Class>,
): Promise<string | null> {
  if (['--version', '-v', '--help', '-h'].includes(argv[0] ?? '')) return null;
  const name = [argv.slice(0, 2).join(' '), argv[0] ?? ''].find((each) => commands.has(each));
  const command = commands.get(name ?? '');
  // A topic, such as `ven power`.
  if (argv.length === 1 && [...commands.keys()].some((each) => each.startsWith(`${argv[0]} `)))
    return null;
  if (command === undefined) return `there is no command ${argv.join(' ')}`;
  const rest = argv.slice((name ?? '').split(' ').length);
  if (rest.includes('--help')) return null;
  try {
    await Parser.parse([...rest], {
      flags: { ...command.baseFlags, ...command.flags },
      args: command.args,
      strict: command.strict,
    });
    return null;
  } catch (error) {
    return `ven ${argv.join(' ')}: ${(error as Error).message}`;
  }
}
