/**
 * Manual pages in the macros of man(7). No text becomes a request or an escape: `text` is the only
 * way into a page, but for names and versions of ven's own.
 */
import {
  flagTerm,
  groupsOf,
  paragraphs,
  type CommandPage,
  type Term,
  type VenPage,
} from './page.js';

/** All pages by file name: `ven.1`, `ven-plan.1`. `date`: of the version, `2026-11-30`. */
export function manPages(page: VenPage, date: string): Map<string, string> {
  return new Map([
    ['ven.1', venMan(page, date)],
    ...page.commands.map(
      (command) => [`${manName(command.name)}.1`, commandMan(command, page, date)] as const,
    ),
  ]);
}

const manName = (command: string): string => `ven-${command.replaceAll(' ', '-')}`;

function venMan(page: VenPage, date: string): string {
  const { summary, commands, exits, variables } = page;
  return lines([
    heading('ven', page, date),
    section('Name', [`ven \\- ${text(summary)}`]),
    section('Synopsis', [`${bold('ven')} ${text('COMMAND [ARGUMENTS] [FLAGS]')}`]),
    section('Description', [
      text('ven makes a host match a fleet file: VMs on libvirt, with their networks and disks.'),
      text('It keeps no state of its own: the truth is the file and libvirt.'),
      `${reference('ven-init')} writes a fleet file,`,
      `${reference('ven-plan')} shows what differs,`,
      `${reference('ven-apply')} makes the host match, and`,
      `${reference('ven-destroy')} deletes the fleet and nothing else.`,
    ]),
    section(
      'Commands',
      groupsOf(commands).flatMap((group) => [
        `.SS ${quoted(group.title)}`,
        ...group.commands.flatMap(({ name, summary: does }) => [
          '.TP',
          reference(manName(name)),
          text(does),
        ]),
      ]),
    ),
    section('Options', [
      ...term({ term: '-h, --help', text: 'Show the help of ven, or of the command before it.' }),
      ...term({ term: '-v, --version', text: 'Show the version.' }),
    ]),
    section('Exit status', exits.flatMap(term)),
    section('Environment', variables.flatMap(term)),
    seeAlso(['virsh', 'vagrant']),
  ]);
}

function commandMan(page: CommandPage, ven: VenPage, date: string): string {
  const { name, summary, description, args, flags, examples, exits, variables } = page;
  const others = ven.commands
    .filter((other) => other.group === page.group && other.name !== name)
    .map((other) => manName(other.name));
  return lines([
    heading(manName(name), ven, date),
    section('Name', [`${text(manName(name))} \\- ${text(lowerFirst(summary))}`]),
    section('Synopsis', [`${bold(`ven ${name}`)} ${text(page.usage)}`.trimEnd()]),
    section('Description', [
      text(summary),
      ...paragraphs(description).flatMap((each) => ['.PP', text(each)]),
    ]),
    section('Arguments', args.flatMap(term)),
    section(
      'Options',
      flags.flatMap((group) => [
        ...(flags.length > 1 ? [`.SS ${quoted(group.title)}`] : []),
        ...group.flags.flatMap((flag) => term({ term: flagTerm(flag), text: flag.text })),
      ]),
    ),
    section('Exit status', exits.flatMap(term)),
    section('Environment', variables.flatMap(term)),
    section(
      'Examples',
      examples.flatMap((each) => ['.PP', '.EX', text(each), '.EE']),
    ),
    seeAlso(['ven', ...others], page.json ? `; docs/json.md, "ven ${name} --json"` : ''),
  ]);
}

function heading(name: string, { version }: VenPage, date: string): string[] {
  const words = [name.toUpperCase(), '1', date, `ven ${version}`, 'ven manual'];
  return [`.TH ${words.map((word) => `"${word}"`).join(' ')}`];
}

function section(title: string, content: readonly string[]): string[] {
  const [first, ...rest] = content;
  // A paragraph begins by itself after a heading.
  const body = first === '.PP' ? rest : content;
  return content.length === 0 ? [] : [`.SH ${quoted(title.toUpperCase())}`, ...body];
}

const term = ({ term: word, text: means }: Term): string[] => ['.TP', bold(word), text(means)];

const seeAlso = (pages: readonly string[], more = ''): string[] =>
  section('See also', [pages.map(reference).join(',\n') + text(more)]);

const reference = (name: string): string => `${bold(name)}(1)`;
const bold = (word: string): string => `\\fB${text(word)}\\fR`;
const quoted = (word: string): string => `"${text(word).replaceAll('"', '\\(dq')}"`;
const lowerFirst = (summary: string): string =>
  summary.charAt(0).toLowerCase() + summary.slice(1).replace(/\.$/, '');

/** One line of text: nothing in it is a request or an escape, and a hyphen can be copied. */
function text(plain: string): string {
  const escaped = plain
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replaceAll("'", '\\(aq');
  return escaped.replace(/^[.]/, '\\&.');
}

const lines = (parts: readonly (readonly string[])[]): string => `${parts.flat().join('\n')}\n`;
