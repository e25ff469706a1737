/**
 * A view is a file, and a row in the table of its kind of data: PLAN_VIEWS, TIMELINE_VIEWS,
 * RUN_VIEWS, PROVISION_VIEWS, PROVISION_REPORTS. A row's name is the name of its flag, and its
 * `summary` the flag's help; a row without `summary` needs no flag. A row imports its file when it
 * is used, so that a command loads only what it shows.
 */
import type { NewProvisionReport } from '../model/index.js';
import type { Progress, Write } from './apply/progress.js';
import type { Style } from './text/style.js';

/** What a view may need beside its data. */
export interface About {
  style: Style;
  /** The fleet file, to name it. */
  file: string;
  /** The words that name the fleet in a command. */
  words: string;
  /** When the view is rendered: ISO 8601. */
  time: string;
}

/** A view of data that is there as a whole. Its text ends in a newline. */
export interface TextView<Data> {
  summary: string;
  /** Its flag names a file to write. What to say once that is written. */
  written?: string;
  text: (data: Data, about: About) => Promise<string>;
}

/** `text`: without a flag. Of the others at most one is asked for. */
export interface TextViews<Data> {
  text: Pick<TextView<Data>, 'text'>;
  [flag: string]: Pick<TextView<Data>, 'text'> | TextView<Data>;
}

/** Where a view of events shows them. */
export interface Screen {
  style: Style;
  write: Write;
  stream: NodeJS.WriteStream;
}

/** A view of events as they come. `Subject`: what they are about. */
export interface EventView<Subject, Event> {
  open: (subject: Subject, screen: Screen) => Promise<Progress<Event>>;
}

export interface EventViews<Subject, Event> {
  /** For people, on standard error: in place where lines can be drawn again, else one by one. */
  terminal: EventView<Subject, Event>;
  lines: EventView<Subject, Event>;
  /** For programs, on standard output, for those who ask for it. */
  [flag: string]: EventView<Subject, Event> & { summary?: string };
}

/** A report in a file that its flag names. */
export interface ReportView {
  summary: string;
  load: () => Promise<NewProvisionReport>;
}
