/**
 * What can follow on a command line, for the scripts in templates/completion. Asked with the words
 * after `ven`, of which the last is being typed. It needs no oclif: the pages of the commands were
 * written when ven was built.
 */
import { isFleetWord } from '../model/index.js';
import type { CommandPage, FlagPage, Term, VenPage } from '../view/index.js';

/** What the shell offers beside the words: `yaml` are fleet files and folders. */
export type Files = 'nothing' | 'yaml' | 'files' | 'folders';

export interface Offer {
  words: Term[];
  files: Files;
}

/** What is asked of a fleet file; without a name, of ./fleet.yaml. Empty where that is wrong. */
export interface Fleet {
  addresses: (file: string | undefined) => Promise<string[]>;
  stages: (file: string | undefined) => Promise<string[]>;
}

const NOTHING: Offer = { words: [], files: 'nothing' };
const HELP: FlagPage = {
  name: 'help',
  char: 'h',
  value: null,
  many: false,
  choices: [],
  text: 'Show the help.',
};

export async function complete(
  page: VenPage,
  given: readonly string[],
  fleet: Fleet,
): Promise<Offer> {
  const words = given[0] === 'help' ? given.slice(1) : given;
  const current = words.at(-1) ?? '';
  const command = page.commands.find(({ name }) => startsWith(words, name.split(' ')));
  if (command === undefined) return starting(nextWords(page, words.slice(0, -1)), current);
  if (words !== given) return NOTHING;
  return afterCommand(command, words.slice(command.name.split(' ').length), fleet);
}

/** The words that are complete begin with these. */
function startsWith(words: readonly string[], name: readonly string[]): boolean {
  return words.length > name.length && name.every((word, at) => words[at] === word);
}

/** The commands and topics that begin with `before`. */
function nextWords({ commands, topics }: VenPage, before: readonly string[]): Term[] {
  const prefix = before.map((word) => `${word} `).join('');
  const within = commands.filter(({ name }) => name.startsWith(prefix));
  const next = [
    ...new Set(within.map(({ name }) => name.slice(prefix.length).split(' ')[0] ?? '')),
  ];
  const flags = [
    { term: '--help', text: HELP.text },
    ...(prefix === '' ? [{ term: '--version', text: 'Show the version.' }] : []),
  ];
  const described = next.sort().map((term) => {
    const name = `${prefix}${term}`;
    const found = commands.find((command) => command.name === name)?.summary;
    return { term, text: found ?? topics.find((topic) => topic.term === name)?.text ?? '' };
  });
  return within.length === 0 ? [] : [...described, ...flags];
}

async function afterCommand(
  command: CommandPage,
  words: readonly string[],
  fleet: Fleet,
): Promise<Offer> {
  const flags = [...command.flags.flatMap((group) => group.flags), HELP];
  const current = words.at(-1) ?? '';
  const read = readWords(words.slice(0, -1), flags, command);
  const file = read.files[0];
  if (read.open !== null) return starting(...(await valuesOf(read.open, file, fleet)), current);
  const [, name, value] = /^--([\w-]+)=([^]*)$/.exec(current) ?? [];
  const flag = flags.find((each) => each.name === name);
  if (flag !== undefined && value !== undefined) {
    const [values, files] = await valuesOf(flag, file, fleet);
    const whole = values.map(({ term, text }) => ({ term: `--${flag.name}=${term}`, text }));
    return starting(whole, files, current);
  }
  if (current.startsWith('-') && !read.isEnded)
    return starting(
      flags
        .filter((each) => each.many || !read.flags.has(each.name))
        .map((each) => ({ term: `--${each.name}`, text: each.text })),
      current,
    );
  return argumentsOf(command, read, current, fleet);
}

interface Read {
  /** A flag whose value comes next. */
  open: FlagPage | null;
  /** The names of the flags that were given. */
  flags: Set<string>;
  args: string[];
  /** The fleet files among the arguments and flags. */
  files: string[];
  /** After `--` all words are arguments. */
  isEnded: boolean;
}

function readWords(
  words: readonly string[],
  flags: readonly FlagPage[],
  { vms, args }: CommandPage,
): Read {
  const read: Read = { open: null, flags: new Set(), args: [], files: [], isEnded: false };
  for (const word of words) {
    const { open } = read;
    if (open !== null) {
      if (open.name === 'file') read.files.unshift(word);
      read.open = null;
    } else if (word === '--') read.isEnded = true;
    else if (!read.isEnded && word.startsWith('-') && word !== '-') {
      const [, name, value] = /^-{1,2}([\w-]+)(=[^]*)?$/.exec(word) ?? [];
      const flag = flags.find((each) => each.name === name || each.char === name);
      if (flag !== undefined) read.flags.add(flag.name);
      if (flag !== undefined && value === undefined && flag.value !== null) read.open = flag;
      if (flag?.name === 'file' && value !== undefined) read.files.unshift(value.slice(1));
    } else {
      const isFleet = vms !== 'some' && isFleetArg(args[read.args.length]?.term);
      if (isFleet || isFleetWord(word)) read.files.push(word);
      read.args.push(word);
    }
  }
  return read;
}

async function valuesOf(
  { name, value, choices }: FlagPage,
  file: string | undefined,
  fleet: Fleet,
): Promise<[Term[], Files]> {
  if (choices.length > 0) return [plain(choices), 'nothing'];
  const known: Record<string, () => Promise<string[]> | string[]> = {
    ADDR: () => fleet.addresses(file),
    STAGE: () => fleet.stages(file),
    URI: () => ['qemu:///system'],
  };
  const files: Record<string, Files> = { FILE: name === 'file' ? 'yaml' : 'files', DIR: 'folders' };
  return [plain((await known[value ?? '']?.()) ?? []), files[value ?? ''] ?? 'nothing'];
}

async function argumentsOf(
  { vms, args, choices }: CommandPage,
  read: Read,
  current: string,
  fleet: Fleet,
): Promise<Offer> {
  const at = read.args.length;
  if (at === 0 && choices.length > 0) return starting(plain(choices), current);
  const last = args.at(-1)?.term ?? '';
  if (vms === 'some' || (vms === 'one' && at === 0)) {
    const known = (await fleet.addresses(read.files[0]))
      .filter((address) => address.startsWith('vm.'))
      .map((address) => (current.startsWith('vm.') ? address : address.slice('vm.'.length)))
      .filter((name) => !read.args.includes(name));
    return starting(plain(known), vms === 'some' ? 'yaml' : 'nothing', current);
  }
  const arg = args[at]?.term ?? (last.includes('...') ? last : '');
  return isFleetArg(arg) ? { words: [], files: 'yaml' } : NOTHING;
}

const isFleetArg = (term = ''): boolean => /FLEET|PLACE|DIR/.test(term);

const plain = (words: readonly string[]): Term[] => words.map((term) => ({ term, text: '' }));

function starting(words: readonly Term[], ...rest: [string] | [Files, string]): Offer {
  const current = rest.at(-1) ?? '';
  const files = rest.length === 2 ? rest[0] : 'nothing';
  return { words: words.filter(({ term }) => term.startsWith(current)), files };
}

/** The words of a line of bash, up to the cursor; the last one may be empty, or without an end. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  const word = /((?:[^\s\\'"]|\\[^]?|'[^']*'?|"(?:[^"\\]|\\[^]?)*"?)*)(\s*)/gy;
  for (let found = word.exec(line); found !== null; found = word.exec(line)) {
    const [all, text = '', blank = ''] = found;
    if (all === '') break;
    words.push(unquoted(text));
    if (blank === '') return words;
  }
  return [...words, ''];
}

function unquoted(text: string): string {
  return text.replaceAll(/\\([^])|'([^']*)'?|"((?:[^"\\]|\\[^])*)"?/g, (_, one, single, double) =>
    String(one ?? single ?? String(double).replaceAll(/\\(["\\$`])/g, '$1')),
  );
}
