/** The pages of README and docs, and the code in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

/** What users read; decisions and the changelog tell of their time. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export interface Block {
  page: string;
  /** Of its first line, from 1. */
  line: number;
  /** `yaml`; empty: it does not say. */
  kind: string;
  text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; block: Block } | null = null;
  for (const [index, line] of textOf(page).split('\n').entries()) {
    const [, indent = '', fence = '', kind = ''] = /^( *)(`{3,})([\w-]*)/.exec(line) ?? [];
    if (open === null && fence !== '') {
      open = { fence: indent + fence, block: { page, line: index + 2, kind, text: '' } };
    } else if (line === open?.fence) {
      blocks.push(open.block);
      open = null;
    } else if (open !== null) open.block.text += `${line.slice(open.fence.search('`'))}\n`;
  }
  return blocks;
}

/** What stands between backticks in a page, outside of blocks. */
export function spansOf(page: string): string[] {
  const prose = textOf(page).replace(/^( *)(`{3,})[^]*?^\1\2$/gm, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text.replace(/\s+/g, ' '));
}

/** A command of a `console` block, and what it printed. */
export interface Shown {
  command: string;
  /** Lines; one that is only `…` stands for any number of them. */
  output: string[];
}

export function shownIn({ text }: Block): Shown[] {
  const shown: Shown[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else shown.at(-1)?.output.push(line);
  }
  return shown;
}

/** Whether lines are as shown, where a line of `…` stands for any number of them. */
export function matches(lines: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return lines.length === 0;
  if (first !== '…') return lines[0] === first && matches(lines.slice(1), rest);
  return lines.some((_, from) => matches(lines.slice(from), rest)) || matches([], rest);
}
