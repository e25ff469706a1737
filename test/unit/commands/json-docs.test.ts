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
      ids.filter((id) => !headings.some((heading) => heading.includes(`\`ven ${id} --json\``))),
    ).toEqual([]);
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
