/** From what stands on the commands' classes to the pages about them. */
import type { Command, Config } from '@oclif/core';
import { EXIT } from '../model/index.js';
import type { CommandPage, FlagGroup, FlagPage, Term, VenPage } from '../view/index.js';
import { EXITS, GROUPS, USES, VARIABLES, type About, type Use } from './about.js';
import { argTerm, usageOf } from './usage.js';

/** Of up to so many flags the help makes one group. */
const ONE_GROUP = 6;

/** The groups of flags (`helpGroup`), in their order; flags without one come first. */
const FLAG_GROUPS = ['Flags', 'Fleet', 'Selection', 'Onboarding', 'Execution', 'Output'];

/** All commands but the hidden ones. @throws Error for a command that does not say what it is. */
export function venPage(config: Config): VenPage {
  const pages = config.commands.filter(({ hidden }) => !hidden).map(commandPage);
  return {
    version: config.version,
    summary: String(config.pjson.description),
    // oclif takes each command of a topic for a topic, too.
    topics: config.topics
      .filter(({ name }) => config.findCommand(name) === undefined)
      .map(({ name, description = '' }) => ({ term: name, text: description })),
    commands: GROUPS.flatMap((title) => pages.filter(({ group }) => group === title)),
    exits: exitTerms(EXITS),
    variables: terms(VARIABLES),
  };
}

function commandPage(command: Command.Loadable): CommandPage {
  const { id, summary = '', description = '', strict } = command;
  const name = id.replaceAll(':', ' ');
  const about = command['about'] as About | undefined;
  if (about === undefined) throw new Error(`the command ${id} has no static "about"`);
  const uses = about.uses.map((use): Use => USES[use]);
  const names = ['done', 'error', ...uses.flatMap(({ exits }) => exits), 'interrupted'] as const;
  const args = Object.values(command.args).filter(({ hidden }) => !hidden);
  const several = strict === false ? 'some' : 'one';
  return {
    name,
    group: about.group,
    summary,
    description,
    usage: usageOf(command),
    args: args.map((arg) => ({
      term: argTerm(arg.name, arg),
      text: withDefault(arg.description, arg),
    })),
    flags: flagGroups(Object.values(command.flags).filter(({ hidden }) => !hidden)),
    examples: examplesOf(command),
    exits: exitTerms({
      ...Object.fromEntries(names.map((each) => [each, EXITS[each]])),
      done: 'Done.',
      ...(Object.assign({}, ...uses.map(({ means }) => means)) as About['exits']),
      ...about.exits,
    }),
    variables: terms(Object.assign({}, ...uses.map(({ variables }) => variables)) as Texts),
    json: 'json' in command.flags,
    vms: Object.hasOwn(command.args, 'vm') ? several : 'none',
    choices: args[0]?.options ?? [],
  };
}

type Texts = Readonly<Record<string, string>>;
const terms = (texts: Texts): Term[] =>
  Object.entries(texts).map(([term, text]) => ({ term, text }));

/** By code. */
function exitTerms(texts: Partial<Record<keyof typeof EXIT, string>>): Term[] {
  return Object.entries(EXIT).flatMap(([name, code]) => {
    const text = texts[name as keyof typeof EXIT];
    return text === undefined ? [] : [{ term: String(code), text }];
  });
}

function withDefault(text: string | undefined, { default: value }: { default?: unknown }): string {
  const shown = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return shown === '' || shown === '0' ? (text ?? '') : `${text ?? ''} [default: ${shown}]`.trim();
}

function examplesOf({ examples = [] }: Command.Loadable): string[] {
  return examples.map((each) =>
    (typeof each === 'string' ? each : each.command).replace(/^\$ /, ''),
  );
}

function flagGroups(flags: readonly Command.Flag.Cached[]): FlagGroup[] {
  const [first = ''] = FLAG_GROUPS;
  const titleOf = ({ helpGroup }: Command.Flag.Cached): string =>
    flags.length <= ONE_GROUP || helpGroup === undefined ? first : helpGroup;
  const titles = new Set([...FLAG_GROUPS, ...flags.map(titleOf)]);
  return [...titles].flatMap((title) => {
    const within = flags.filter((flag) => titleOf(flag) === title);
    return within.length === 0 ? [] : [{ title, flags: within.map(flagPage) }];
  });
}

function flagPage(flag: Command.Flag.Cached): FlagPage {
  const { name, char = null, summary, description = '' } = flag;
  const page = { name, char, text: withDefault(summary ?? description, flag) };
  if (flag.type === 'boolean') return { ...page, value: null, many: false, choices: [] };
  const { helpValue, options = [], multiple = false } = flag;
  const named = Array.isArray(helpValue) ? helpValue.join('|') : helpValue;
  const value = named ?? (options.length > 0 ? options.join('|') : name.toUpperCase());
  // A value that is not called what it is, but is it: `boot`, `svg|dot`.
  const choices = options.length === 0 && /^[a-z|]+$/.test(value) ? value.split('|') : options;
  return { ...page, value, many: multiple, choices };
}
