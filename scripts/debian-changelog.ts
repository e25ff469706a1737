/**
 * Writes Debian's changelog, made from CHANGELOG.md, to standard output.
 *
 *     node scripts/debian-changelog.ts 'NAME <ADDRESS>' SECONDS
 *
 * SECONDS since 1970 are the time of a version that is not released yet.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wrapAnsi from 'wrap-ansi';

/** A version and what is new in it, from a heading like `## 0.1.0 (unreleased)`. */
interface Entry {
  version: string;
  released: Date | null;
  /** Each item or paragraph in one line. */
  changes: string[];
}

/** Debian sorts `~` before everything, so that a candidate is older than its release. */
export function debianVersion(version: string): string {
  return version.replace('-', '~');
}

export function debianChangelog(markdown: string, maintainer: string, now: Date): string {
  const entries = readEntries(markdown).map(({ version, released, changes }) => {
    const distribution = released === null ? 'UNRELEASED' : 'unstable';
    const items = changes.map((text) => `  * ${wrapAnsi(text, 74).replaceAll('\n', '\n    ')}`);
    return [
      `ven (${debianVersion(version)}) ${distribution}; urgency=medium`,
      items.join('\n'),
      ` -- ${maintainer}  ${(released ?? now).toUTCString().replace('GMT', '+0000')}`,
    ].join('\n\n');
  });
  return `${entries.join('\n\n')}\n`;
}

function readEntries(markdown: string): Entry[] {
  const entries: Entry[] = [];
  for (const block of markdown.split(/\n\s*\n|\n(?=- )/)) {
    const [, version, date] = /^## (\S+) \((\S+)\)$/.exec(block.trim()) ?? [];
    if (version !== undefined && date !== undefined)
      entries.push({
        version,
        released: date === 'unreleased' ? null : new Date(date),
        changes: [],
      });
    else if (block.startsWith('#') && entries.length > 0)
      throw new Error(`CHANGELOG.md: no version and date in: ${block}`);
    else entries.at(-1)?.changes.push(block.replace(/^- /, '').replaceAll(/\s+/g, ' ').trim());
  }
  return entries;
}

if (import.meta.main) {
  const [maintainer = '', seconds = ''] = process.argv.slice(2);
  const markdown = readFileSync(join(import.meta.dirname, '../CHANGELOG.md'), 'utf8');
  process.stdout.write(debianChangelog(markdown, maintainer, new Date(Number(seconds) * 1000)));
}
