/** docs/json.md is whole: each command that has `--json`, each event, and examples that are JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, ROOT } from './built.js';

const text = readFileSync(join(ROOT, 'docs/json.md'), 'utf8');

describe('docs/json.md', () => {
  beforeAll(ensureBuilt, 60_000);

  it('names each command with --json', () => {
    const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { id: string; flags: object }>;
    };
    const ids = Object.values(commands).flatMap(({ id, flags }) =>
      'json' in flags ? [id.replaceAll(':', ' ')] : [],
    );
    expect(ids).toContain('orchestrator hosts');
    const headings = text.split('\n').filter((line) => line.startsWith('## '));
    expect(
      ids.filter(
        (id) =>
          !headings.some((heading) =>
            heading.replace(' VM ', ' ').includes(`\`ven ${id} --json\``),
          ),
      ),
    ).toEqual([]);
    const [intro = ''] = text.split('\n## ');
    const named = ids.map((id) => id.replace(/^power .*/, 'power'));
    expect(named.filter((name) => !intro.includes(`\`${name}\``))).toEqual([]);
  });

  it('has in each example the keys of its table, and no others', () => {
    const seen: string[] = [];
    for (const section of text.split(/^## /m).slice(1)) {
      const [title = ''] = section.split('\n');
      const [, body] = /^```json\n([^]*?)^```$/m.exec(section) ?? [];
      const rows = [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => [
        ...cell.matchAll(/`([^`]+)`/g),
      ]);
      const keys = rows.map(([, key = '']) => key).filter((key) => /^\w+(\[\])?\??$/.test(key));
      if (body === undefined || keys.length === 0) continue;
      seen.push(title);
      const has = Object.keys(JSON.parse(body) as object);
      const may = keys.map((key) => key.replace(/[[\]?]/g, ''));
      const must = keys.filter((key) => !key.endsWith('?')).map((key) => key.replace('[]', ''));
      expect([title, must.filter((key) => !has.includes(key))]).toEqual([title, []]);
      const extra = has.filter((key) => key !== 'formatVersion' && !may.includes(key));
      expect([title, extra]).toEqual([title, []]);
    }
    expect(seen.length).toBeGreaterThan(5);
  });

  it('has a row for each event', () => {
    const types = ['events', 'provision'].flatMap((file) =>
      [
        ...readFileSync(join(ROOT, `src/model/${file}.ts`), 'utf8').matchAll(
          /\btype: '([a-z-]+)'/g,
        ),
      ].map(([, type]) => type),
    );
    expect(types).toContain('run-finished');
    expect(types).toContain('provision-finished');
    expect(types.filter((type) => !text.includes(`| \`${type}\` |`))).toEqual([]);
  });

  it('has examples that can be parsed', () => {
    const blocks = [...text.matchAll(/^```(json|jsonl)\n([^]*?)^```$/gm)];
    expect(blocks.length).toBeGreaterThan(8);
    for (const [, kind, body = ''] of blocks)
      for (const each of kind === 'json' ? [body] : body.trimEnd().split('\n'))
        expect(() => void JSON.parse(each), each).not.toThrow();
  });
});
