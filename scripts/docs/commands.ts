/** docs/commands.md: each command with flags, exit codes and variables, as `--help` has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { venPage } from '../../src/cli/pages.ts';
import {
  flagTerm,
  groupsOf,
  paragraphs,
  usageOf,
  type CommandPage,
  type Term,
  type VenPage,
} from '../../src/view/help/page.ts';
import { banner, table, wrapped, type GeneratedPage } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The manifest of the commands is made by the build. */
async function render(): Promise<string> {
  return commandsPage(venPage(await Config.load({ root: ROOT })));
}

function commandsPage(page: VenPage): string {
  const groups = groupsOf(page.commands);
  return `${[
    banner('the commands in src/commands'),
    '# Commands',
    wrapped(
      'FLEET is a fleet file. `ven COMMAND --help` and `man ven-COMMAND` say the same as this ' +
        'page. `--target`, `--exclude` and `--replace` take an address (`vm.edge-1`, ' +
        '`network.lab`), in which `*` stands for any part (`vm.edge-*`).',
    ),
    table(
      ['command', 'does'],
      page.commands.map(({ name, summary }) => [link(name), plain(summary)]),
    ),
    wrapped('Every command reads these variables of the environment:'),
    terms('variable', page.variables),
    ...groups.flatMap(({ title, commands }) => [`## ${title}`, ...commands.flatMap(section)]),
  ].join('\n\n')}\n`;
}

function section(page: CommandPage): string[] {
  const { name, summary, description, args, flags, examples, exits, variables, json } = page;
  const codes = exits.map(({ term, text }) => `${term}: ${plain(text)}`);
  return [
    `### ven ${name}`,
    wrapped(plain(summary)),
    ...paragraphs(description).map((text) => wrapped(plain(text))),
    ['```text', usageOf(page), '```'].join('\n'),
    ...(args.length > 0 ? [terms('argument', args)] : []),
    ...flags.map((group) =>
      terms(
        group.title === 'Flags' ? 'flag' : `flag: ${group.title.toLowerCase()}`,
        group.flags.map((flag) => ({ term: flagTerm(flag), text: flag.text })),
      ),
    ),
    ...(examples.length > 0 ? ['Examples:', ['```sh', ...examples, '```'].join('\n')] : []),
    ...(variables.length > 0 ? [terms('variable', variables)] : []),
    [
      'Exit codes:',
      '',
      ...codes.map((text) => wrapped(text, '- ', '  ')),
      ...(json ? ['', jsonLink(name)] : []),
    ].join('\n'),
  ];
}

/** The part of docs/json.md about it; several commands may share one. */
function jsonLink(name: string): string {
  const headings = readFileSync(join(ROOT, 'docs/json.md'), 'utf8').split('\n');
  const found = headings.find(
    (line) => line.startsWith('## ') && line.replace(' VM ', ' ').includes(`ven ${name} --`),
  );
  return `[What \`--json\` prints](json.md#${anchor(found?.slice(3) ?? '')}).`;
}

const terms = (title: string, rows: readonly Term[]): string =>
  table(
    [title, 'means'],
    rows.map(({ term, text }) => [`\`${term}\``, plain(text)]),
  );

const link = (name: string): string => `[ven ${name}](#${anchor(`ven ${name}`)})`;

/** As GitHub makes it of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** A text without markup, as Markdown. */
const plain = (text: string): string => text.replaceAll(/[\\*<[\]`]/g, String.raw`\$&`);

export const commands: GeneratedPage = { path: 'docs/commands.md', render };
