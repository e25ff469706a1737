/** What ven and each command say of themselves; one source for help, manual pages and docs. */
import { Config } from '@oclif/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { helpFor } from '../../../src/cli/help.js';
import { venPage } from '../../../src/cli/pages.js';
import type { VenPage } from '../../../src/view/index.js';
import { ensureBuilt, ROOT } from './built.js';

let config: Config;
let page: VenPage;
beforeAll(async () => {
  ensureBuilt();
  config = await Config.load({ root: ROOT });
  page = venPage(config);
}, 60_000);

describe('help', () => {
  it.each([80, 60])('has no line beyond %i columns, but for what can not be cut', (columns) => {
    const long = [...helpFor(config, columns)].flatMap(([name, text]) =>
      text
        .split('\n')
        .filter((line) => line.length > columns && !/^ +(\$ .*|\S+|.{0,6}\S+)$/.test(line))
        .map((line) => [name, line]),
    );
    expect(long).toEqual([]);
  });

  it('is never wider than 80 columns, on a wide terminal too', () => {
    expect(helpFor(config, 300)).toEqual(helpFor(config, 80));
  });

  it('lists all commands, each under the heading of its group', () => {
    const groups = new Map<string, string[]>();
    let title = '';
    for (const line of helpFor(config).get('')?.split('\n') ?? []) {
      if (/^[A-Z ]+$/.test(line)) title = line;
      const [, name] = /^ {2}([a-z-]+(?: [a-z-]+)?) {2}/.exec(line) ?? [];
      if (name !== undefined) groups.set(title, [...(groups.get(title) ?? []), name]);
    }
    const listed = [...groups].flatMap(([heading, names]) => names.map((name) => [heading, name]));
    expect(listed).toEqual(page.commands.map(({ group, name }) => [group.toUpperCase(), name]));
    expect(groups.get('CHANGE THE HOST')).toEqual([
      'apply',
      'destroy',
      'link',
      'move',
      'power off',
      'power on',
      'power reboot',
      'power reset',
    ]);
  });

  it('refuses a command that says nothing of itself', () => {
    const [first] = config.commands;
    const silent = Object.create(config, {
      commands: { value: [{ ...first, about: undefined, hidden: false }] },
    }) as Config;
    expect(() => venPage(silent)).toThrow('has no static "about"');
  });
});

describe('each command', () => {
  it('says what it does in a sentence, and shows how it is called', () => {
    for (const { name, summary, examples, usage, flags } of page.commands) {
      expect(summary, name).toMatch(/^[A-Z][^\n]*\.$/);
      expect(usage, name).not.toMatch(/[<%>]/);
      expect([name, usage.endsWith('[FLAGS]')]).toEqual([name, flags.length > 0]);
      expect(examples, name).not.toEqual([]);
      for (const example of examples) expect(example).toContain(`ven ${name}`);
    }
  });

  it('has exit codes in order: done, an error, interrupted, and its own', () => {
    const codes = new Map(
      page.commands.map(({ name, exits }) => [name, exits.map(({ term }) => Number(term))]),
    );
    for (const [name, given] of codes) {
      expect(given, name).toEqual([...new Set(given)].sort((a, b) => a - b));
      for (const always of [0, 1, 130]) expect(given, name).toContain(always);
    }
    expect(codes.get('plan')).toEqual([0, 1, 2, 3, 6, 7, 130]);
    expect(codes.get('apply')).toEqual([0, 1, 3, 4, 5, 6, 7, 130]);
    expect(codes.get('init')).toEqual([0, 1, 130]);
  });

  it('says that the rest of a plan is done where a plan is carried out, and nowhere else', () => {
    const saying = (text: string): string[] =>
      page.commands.flatMap(({ name, exits }) =>
        exits.some((exit) => exit.text.includes(text)) ? [name] : [],
      );
    expect(saying('the rest is done')).toEqual(['apply', 'destroy']);
    expect(saying('The plan shows what and why')).toEqual(['plan']);
  });

  it('says whether none of the VMs means all', () => {
    const arg = (command: string): string =>
      page.commands.find(({ name }) => name === command)?.args[0]?.text ?? '';
    for (const name of ['logs', 'orchestrator unregister', 'power off'])
      expect(arg(name), name).toContain('; at least one');
    for (const name of ['status', 'timeline', 'provision', 'orchestrator register'])
      expect(arg(name), name).toContain('; without any, all');
  });

  it('says that -f of logs is --follow, where it is --file else', () => {
    for (const { name, flags } of page.commands)
      for (const { name: flag, char, text } of flags.flatMap((group) => group.flags))
        if (flag === 'file' && char === null) expect(`${name} ${text}`).toMatch(/^logs .*--follow/);
  });

  it('has each of its flags under one heading', () => {
    for (const { name, flags } of page.commands) {
      const names = flags.flatMap((group) => group.flags.map((flag) => flag.name));
      const { flags: known = {} } = config.findCommand(name.replace(' ', ':')) ?? {};
      expect(names.sort(), name).toEqual(Object.keys(known).sort());
      expect(new Set(flags.map(({ title }) => title)).size, name).toBe(flags.length);
    }
  });
});
