import wrapAnsi from 'wrap-ansi';
import {
  flagTerm,
  groupsOf,
  usageOf,
  type CommandPage,
  type FlagPage,
  type Term,
  paragraphs,
  type VenPage,
} from './page.js';

/** Two blanks, the term, two blanks, its text. A wider term has a line of its own. */
const WIDEST_TERM = 28;

/** The help of all that can be asked for: `''` is ven, `plan` a command, `orchestrator` a topic. */
export function helpTexts(page: VenPage, columns: number): Map<string, string> {
  return new Map([
    ['', venHelp(page, columns)],
    ...page.topics.map((topic) => [topic.term, topicHelp(topic, page, columns)] as const),
    ...page.commands.map((command) => [command.name, commandHelp(command, columns)] as const),
  ]);
}

function venHelp({ summary, version, commands }: VenPage, columns: number): string {
  const groups = groupsOf(commands).map((group) =>
    section(group.title, list(named(group.commands), columns)),
  );
  const flags = [
    { term: '-h, --help', text: 'Show this; after a command, the help of that.' },
    { term: '-v, --version', text: 'Show the version.' },
  ];
  return joined([
    wrapped(summary, columns),
    section('Usage', ['  ven COMMAND [ARGUMENTS] [FLAGS]']),
    ...groups,
    section('Flags', list(flags, columns)),
    wrapped(
      `ven ${version}. "ven COMMAND --help" shows a command's flags, examples, exit codes and ` +
        'environment.',
      columns,
    ),
  ]);
}

function topicHelp({ term, text }: Term, { commands }: VenPage, columns: number): string {
  const within = commands.filter(({ name }) => name.startsWith(`${term} `));
  return joined([
    wrapped(text, columns),
    section('Usage', [`  ven ${term} COMMAND [ARGUMENTS] [FLAGS]`]),
    section('Commands', list(named(within), columns)),
  ]);
}

function commandHelp(page: CommandPage, columns: number): string {
  const { summary, description, args, flags, examples, exits, variables, json } = page;
  return joined([
    wrapped(summary, columns),
    ...paragraphs(description).map((line) => wrapped(line, columns)),
    section('Usage', wrapped(usageOf(page), columns, '  ')),
    section('Arguments', list(args, columns)),
    ...flags.map((group) => section(group.title, flagList(group.flags, columns))),
    section(
      'Examples',
      examples.map((line) => `  $ ${line}`),
    ),
    section('Exit codes', list(exits, columns)),
    section('Environment', list(variables, columns)),
    json ? wrapped(`What --json prints: docs/json.md, "ven ${page.name} --json".`, columns) : [],
  ]);
}

function flagList(flags: readonly FlagPage[], columns: number): string[] {
  const anyShort = flags.some(({ char }) => char !== null);
  const terms = flags.map((flag) => ({
    term: `${anyShort && flag.char === null ? '    ' : ''}${flagTerm(flag)}`,
    text: flag.text,
  }));
  return list(terms, columns);
}

const named = (commands: readonly CommandPage[]): Term[] =>
  commands.map(({ name, summary }) => ({ term: name, text: summary }));

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title.toUpperCase(), ...lines];
}

function joined(parts: readonly (readonly string[])[]): string {
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** Terms with their texts beside them, or below them where the screen is narrow. */
function list(terms: readonly Term[], columns: number): string[] {
  const most = Math.min(WIDEST_TERM, Math.floor(columns * 0.4));
  const widths = terms.map(({ term }) => term.length).filter((width) => width <= most);
  const width = Math.max(0, ...widths);
  const margin = ' '.repeat(width + 4);
  return terms.flatMap(({ term, text }) => {
    const lines = wrapped(text, columns, margin);
    if (term.length > width) return [`  ${term}`, ...lines];
    const [first = '', ...others] = lines;
    return [`  ${term.padEnd(width)}  ${first.trimStart()}`.trimEnd(), ...others];
  });
}

/** Lines of at most `columns`; a longer word has a line of its own. */
function wrapped(text: string, columns: number, margin = ''): string[] {
  return wrapAnsi(text, columns - margin.length)
    .split('\n')
    .map((line) => `${margin}${line}`);
}
