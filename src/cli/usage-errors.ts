/** What oclif says of a wrong command line, in ven's form. */
import { stripVTControlCharacters } from 'node:util';
import { isFleetWord, nearest, VenError, type VenErrorParts } from '../model/index.js';
import type { Flag } from './usage.js';

/** A wrong command line. The command adds its usage. */
export class CommandLineError extends VenError {
  constructor(parts: VenErrorParts) {
    super('usage', parts);
  }
}

/** The command whose line is wrong. */
export interface Called {
  /** `orchestrator hosts`. */
  name: string;
  /** What follows that: `[FLEET] [FLAGS]`. */
  usage: string;
  flags: Readonly<Record<string, Flag>>;
}

/** The same error with the usage line, and a hint at the help. */
export function withUsage({ summary, detail, hint }: VenErrorParts, called: Called): VenError {
  const usage = `usage: ven ${called.name} ${called.usage}`.trimEnd();
  const help = `See ven ${called.name} --help`;
  return new VenError('usage', {
    summary: capital(summary),
    detail: detail === undefined ? usage : `${detail}\n${usage}`,
    hint: hint === undefined ? help : `${capital(hint)}${/[.?]$/.test(hint) ? '' : '.'} ${help}`,
  });
}

/** A sentence begins so; not with the name of a program. */
function capital(text: string): string {
  return /^ven\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The same error; where a word that is no file may be a VM, also how to name that. */
export function orTarget(error: Error, words: readonly string[], { flags }: Called): Error {
  if (!(error instanceof VenError) || error.code !== 'not-found' || !('target' in flags))
    return error;
  const { code, summary, hint = '' } = error;
  const word = words.find((each) => summary === `There is no file ${each}` && !isFleetWord(each));
  if (word === undefined || !/^(The fleet file|Fleet files) here: /.test(hint)) return error;
  return new VenError(code, { summary, hint: `${hint}. For a VM of it: --target ${word}` });
}

/**
 * From what was thrown while the words of a command line were read. What is not known here is given
 * back: a kind of flag or argument without a row below is a bug.
 */
export function usageError(error: Error, called: Called): Error {
  // oclif puts this before the message of what a flag's parser throws, also of a VenError.
  const [, flag] = /^Parsing --([\w-]+) \n\t/.exec(error.message) ?? [];
  if (error instanceof VenError) {
    const summary = flag === undefined ? error.summary : `--${flag}: ${error.summary}`;
    return withUsage({ summary, detail: error.detail, hint: error.hint }, called);
  }
  const reasons = reasonsOf(error, {
    error,
    called,
    what: flag === undefined ? '' : `--${flag}: `,
  });
  if (reasons === null) return error;
  const hints = [...new Set(reasons.flatMap(({ hint }) => hint ?? []))];
  return withUsage(
    {
      summary: [...new Set(reasons.map(({ summary }) => summary))].join('; '),
      hint: hints.length === 0 ? undefined : hints.join('; '),
    },
    called,
  );
}

function reasonsOf(error: Error, about: About): VenErrorParts[] | null {
  const said = stripVTControlCharacters(error.message)
    .replace(/\n*See more help with --help\s*$/, '')
    .replace(/^Parsing --[\w-]+ \n\t/, '');
  const [, several] = /^The following errors? occurred:\s+([^]+)$/.exec(said) ?? [];
  if (several === undefined) {
    const reason = inVensWords(said, about);
    return reason === null ? null : [reason];
  }
  // A line each, or more, when a value has several.
  const reasons: VenErrorParts[] = [];
  let text = '';
  for (const line of several.split('\n')) {
    text = text === '' ? line.trim() : `${text}\n${line}`;
    const reason = inVensWords(text, about);
    if (reason === null) continue;
    reasons.push(reason);
    text = '';
  }
  return text === '' ? reasons : null;
}

function inVensWords(said: string, about: About): VenErrorParts | null {
  for (const [oclif, ven] of ROWS) {
    const found = oclif.exec(said);
    if (found) {
      const parts = ven(found.slice(1), about);
      return typeof parts === 'string' ? { summary: parts } : parts;
    }
  }
  return null;
}

interface About {
  error: Error & { args?: unknown; flags?: unknown };
  called: Called;
  /** `--timeout: `, when it is about the value of a flag. */
  what: string;
}

/** Each thing that oclif's parser can say, and how ven says it. */
const ROWS: readonly (readonly [
  oclif: RegExp,
  ven: (found: string[], about: About) => string | VenErrorParts,
])[] = [
  [/^Missing \S+ required arg/, (_, { error, called }) => missing(error.args, called)],
  [/^Unexpected arguments?: ([^]*)$/, ([words]) => `too many arguments: ${words}`],
  [/^Nonexistent flags?: /, (_, { error, called }) => noSuchFlags(error.flags, called)],
  [/^Unexpected flag ([^]*)$/, ([flag]) => `there is no flag --${flag}`],
  [
    /^Expected --(\S+?)=([^]*) to be one of: (.*)$/,
    ([flag = '', value = '', choices = '']) => notOneOf(value, choices, `--${flag}: `),
  ],
  [
    /^Expected ([^]*) to be one of: (.*)$/,
    ([value = '', choices = ''], { what }) => notOneOf(value, choices, what),
  ],
  [/^Flag --(\S+) can only be specified once$/, ([flag]) => `--${flag} can be given only once`],
  [
    /^Flag --(\S+) can only be read from stdin/,
    ([flag]) => `--${flag} is read from standard input: its value can only be -`,
  ],
  [
    /^Flag --(\S+) expects one of these values: (.*)$/,
    ([flag, choices]) => ({ summary: `--${flag} needs a value`, hint: `One of: ${choices}` }),
  ],
  [/^Flag --(\S+) expects a value$/, ([flag]) => `--${flag} needs a value`],
  [
    /^Expected an integer but received: ([^]*)$/,
    ([value = ''], { what }) => `${what}${quoted(value)} is not a whole number`,
  ],
  [
    /^Expected an integer greater than or equal to (\S+) but received: ([^]*)$/,
    ([least, value = ''], { what }) => `${what}${value} is too small: at least ${least}`,
  ],
  [
    /^Expected an integer less than or equal to (\S+) but received: ([^]*)$/,
    ([most, value = ''], { what }) => `${what}${value} is too large: at most ${most}`,
  ],
  [
    /^Expected a valid url but received: ([^]*)$/,
    ([value = ''], { what }) => `${what}${quoted(value)} is not a URL`,
  ],
  [
    /^No (file|directory) found at ([^]*)$/,
    ([kind, path], { what }) => `${what}there is no ${kindOf(kind)} ${path}`,
  ],
  [
    /^([^]*) exists but is not a (file|directory)$/,
    ([path, kind], { what }) => `${what}${path} is not a ${kindOf(kind)}`,
  ],
  [/^Missing required flag (\S+)$/, ([flag = ''], { called }) => missingFlag(flag, called)],
  [/^Exactly one of the following must be provided: (.*)$/, ([flags]) => `give one of ${flags}`],
  [
    /^At least one of the following must be provided: (.*)$/,
    ([flags]) => `give at least one of ${flags}`,
  ],
  [
    /^(--[\w-]+)(?:=[^]*)? cannot also be provided when using (--\S+)$/,
    (flags) => `${flags.sort().join(' and ')} exclude each other`,
  ],
  [
    /^Only the following can be provided when using (--\S+): (.*)$/,
    ([flag, others]) => `${flag} goes with nothing but ${others}`,
  ],
  [
    /^All of the following must be provided when using (--\S+): (.*)$/,
    ([flag, others]) => `${flag} needs ${others}`,
  ],
  [
    /^One of the following must be provided when using (--\S+): (.*)$/,
    ([flag, others]) => `${flag} needs one of ${others}`,
  ],
];

const quoted = (value: string): string => JSON.stringify(value);
const kindOf = (kind = ''): string => (kind === 'directory' ? 'folder' : kind);

/** `choices`: `a, b, c`. */
function notOneOf(value: string, choices: string, what: string): VenErrorParts {
  const near = nearest(value, choices.split(', '));
  return {
    summary: `${what}${quoted(value)} is not one of ${choices}`,
    hint: near === null ? undefined : `did you mean ${near}?`,
  };
}

function missing(args: unknown, { name }: Called): VenErrorParts {
  const given = Array.isArray(args) ? (args as { name: string; options?: string[] }[]) : [];
  const names = given.map((arg) => (arg.name === 'vm' ? 'VM' : arg.name));
  const choices = given.flatMap(({ options = [] }) => options);
  const hint = names[0] === 'VM' ? `Name one: ven ${name} edge-1` : undefined;
  return {
    summary: `No ${names.join(' and no ')} is named`,
    hint: choices.length === 0 ? hint : `One of: ${choices.join(', ')}`,
  };
}

function missingFlag(name: string, { flags }: Called): VenErrorParts {
  const { options = [] } = flags[name] ?? {};
  const hint = options.length === 0 ? undefined : `One of: ${options.join(', ')}`;
  return { summary: `--${name} is missing`, hint };
}

/** What does it, where another command has such a flag. */
const INSTEAD: Readonly<Record<string, string>> = {
  'power reboot --force': 'A restart without asking the guest: ven power reset',
};

function noSuchFlags(flags: unknown, called: Called): VenErrorParts {
  const given = Array.isArray(flags) ? flags.map(String) : [];
  const names = given.map((flag) => flag.replace(/=[^]*$/, ''));
  const known = Object.keys(called.flags).map((name) => `--${name}`);
  const guesses = names.flatMap((name) => nearest(name, known) ?? []);
  return {
    summary: `there is no flag ${names.join(', ')}`,
    hint:
      names.map((name) => INSTEAD[`${called.name} ${name}`]).find(Boolean) ??
      (guesses.length === 0 ? undefined : `did you mean ${guesses.join(', ')}?`),
  };
}
