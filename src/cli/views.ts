/** From the tables of views to flags, and from these to what is shown. */
import { Flags, type Interfaces } from '@oclif/core';
import { saveText, wordsOf, type ReportRequest } from '../operations/index.js';
import {
  canRedraw,
  styleOf,
  type EventViews,
  type Progress,
  type ReportView,
  type TextViews,
} from '../view/index.js';
import { stderr, stdout } from './output.js';

/** What a flag needs to know of a row of any table. */
interface Row {
  summary?: string;
  written?: string;
  text?: unknown;
  open?: unknown;
}
type Table = Readonly<Record<string, Row>>;
type FileFlag = Interfaces.OptionFlag<string | undefined>;

/** As they were parsed. */
type Chosen = Readonly<Record<string, unknown>>;

/** A row that has a summary has a flag; that names a file where `written` says what comes then. */
type ViewFlags<T extends Table> = {
  [Name in keyof T as T[Name] extends { summary: string } ? Name : never]: T[Name] extends {
    written: string;
  }
    ? FileFlag
    : Interfaces.BooleanFlag<boolean>;
};

/** The names of a table's flags. */
export function viewNames(table: Table): string[] {
  return Object.keys(table).filter((name) => table[name]?.summary !== undefined);
}

/** A table's flags, of which each excludes the others. */
export function viewFlags<T extends Table>(table: T): ViewFlags<T> {
  const names = viewNames(table);
  const flags = names.map((name, at) => {
    const { summary = '', written } = table[name] ?? {};
    const flag = { helpGroup: 'Output', summary, ...(at > 0 && { exclusive: names.slice(0, at) }) };
    return [name, written === undefined ? Flags.boolean(flag) : fileFlag(flag)];
  });
  return Object.fromEntries(flags) as ViewFlags<T>;
}

export function reportFlags<T extends Record<string, ReportView>>(
  table: T,
  helpGroup: string,
): Record<keyof T, FileFlag> {
  const flags = Object.entries(table).map(([name, { summary }]) => [
    name,
    fileFlag({ helpGroup, summary }),
  ]);
  return Object.fromEntries(flags) as Record<keyof T, FileFlag>;
}

function fileFlag(flag: { helpGroup: string; summary: string; exclusive?: string[] }): FileFlag {
  return Flags.string({ ...flag, helpValue: 'FILE' });
}

/** The names of the views that the flags ask for. */
export function askedViews(table: Table, flags: Chosen): string[] {
  return viewNames(table).filter((name) => flags[name] !== undefined && flags[name] !== false);
}

/** Shows data as the flags ask: on standard output, or in the file that a flag names. */
export async function showText<Data>(
  table: TextViews<Data>,
  data: Data,
  { flags, file, connect }: { flags: Chosen; file: string; connect?: string | undefined },
): Promise<void> {
  const [name = 'text'] = askedViews(table, flags);
  const view: Row & TextViews<Data>['text'] = table[name] ?? table.text;
  const style = styleOf(process.stdout, process.env);
  const words = wordsOf({ file, connect });
  const time = new Date().toISOString();
  const text = await view.text(data, { style, file, words, time });
  if (view.written === undefined) {
    stdout(text);
    return;
  }
  const path = String(flags[name]);
  saveText(path, text);
  stderr(`Wrote ${path}. ${view.written}\n`);
}

/** The views of events that were asked for, on standard output. */
export async function openAsked<Subject, Event>(
  table: EventViews<Subject, Event>,
  asked: readonly string[],
  subject: Subject,
): Promise<Progress<Event>[]> {
  const screen = {
    style: styleOf(process.stdout, process.env),
    write: stdout,
    stream: process.stdout,
  };
  const rows = asked.flatMap((name) => table[name] ?? []);
  return Promise.all(rows.map((row) => row.open(subject, screen)));
}

/**
 * The view for people, on standard error: drawn in place where that can be done, and where nothing
 * else goes to the same terminal.
 */
export function openShown<Subject, Event>(
  { terminal, lines }: EventViews<Subject, Event>,
  asked: readonly string[],
  subject: Subject,
): Promise<Progress<Event>> {
  const free = !(asked.length > 0 && process.stdout.isTTY);
  const view = canRedraw(process.stderr, process.env) && free ? terminal : lines;
  const style = styleOf(process.stderr, process.env);
  return view.open(subject, { style, write: stderr, stream: process.stderr });
}

/** The reports that the flags ask for. */
export function askedReports(
  table: Readonly<Record<string, ReportView>>,
  flags: Chosen,
): Promise<ReportRequest[]> {
  return Promise.all(
    Object.entries(table).flatMap(([name, { load }]) => {
      const path = flags[name];
      return typeof path === 'string' ? [load().then((open) => ({ path, open }))] : [];
    }),
  );
}
