/** What is told of ven and its commands: by help, manual pages and docs/commands.md. */
export interface CommandPage {
  /** `plan`; within a topic two words, `orchestrator hosts`. */
  name: string;
  /** The heading under which `ven --help` lists it. */
  group: string;
  /** One sentence. */
  summary: string;
  /** Paragraphs, one a line; may be empty. */
  description: string;
  /** What follows `ven NAME`: `VM [FLEET] [FLAGS]`. */
  usage: string;
  args: Term[];
  flags: FlagGroup[];
  /** What one would type: `ven plan fleets/lab.yaml`. */
  examples: string[];
  /** By code. */
  exits: Term[];
  /** What it reads of the environment, beside the variables of every command. */
  variables: Term[];
  /** It has `--json`: docs/json.md has a part `ven NAME --json`. */
  json: boolean;
  /** For completion: which of its arguments are VMs of the fleet. */
  vms: 'none' | 'one' | 'some';
  /** For completion: the values of its first argument, where they are few. */
  choices: readonly string[];
}

/** A word and what it means. */
export interface Term {
  term: string;
  text: string;
}

export interface FlagGroup {
  title: string;
  flags: FlagPage[];
}

export interface FlagPage {
  name: string;
  char: string | null;
  /** What its value is called (`FILE`, `ADDR`); null: it takes none. */
  value: string | null;
  /** It may be given more than once. */
  many: boolean;
  /** The only values that it takes, where they are few. */
  choices: readonly string[];
  text: string;
}

/** ven itself, with all commands in the order of `ven --help`. */
export interface VenPage {
  version: string;
  summary: string;
  /** For each topic what it is for. */
  topics: Term[];
  commands: CommandPage[];
  /** What each exit code means, for every command. */
  exits: Term[];
  /** What every command reads of the environment. */
  variables: Term[];
}

/** The commands by their headings, in order. */
export function groupsOf(
  commands: readonly CommandPage[],
): { title: string; commands: CommandPage[] }[] {
  const titles = [...new Set(commands.map(({ group }) => group))];
  return titles.map((title) => ({
    title,
    commands: commands.filter(({ group }) => group === title),
  }));
}

/** `-y, --yes`, `--target=ADDR...`. */
export function flagTerm({ name, char, value, many }: FlagPage): string {
  const short = char === null ? '' : `-${char}, `;
  return `${short}--${name}${value === null ? '' : `=${value}`}${many ? '...' : ''}`;
}

/** `ven plan [FLEET] [FLAGS]`. */
export function usageOf({ name, usage }: CommandPage): string {
  return `ven ${name} ${usage}`.trimEnd();
}

export const paragraphs = (description: string): string[] =>
  description.split('\n').filter((line) => line !== '');
