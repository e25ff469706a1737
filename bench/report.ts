/** docs/benchmarks.md, part by part: each subject writes its own part, and leaves the others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './measure.ts';

export const REPORT = join(ROOT, 'docs/benchmarks.md');
export const BOOT_TITLE = 'From power-on to the first request';
export const CONSOLES_TITLE = '200 consoles at once';
export const HOSTS_TITLE = 'One fleet over many hosts';
export const BMC_TITLE = '50 BMCs, asked once a second';

/** The part under this heading, with it, ended by an empty line; empty when there is none. */
export function part(title: string): string {
  const parts = readFileSync(REPORT, 'utf8').split(/^(?=## )/m);
  return parts.find((text) => text.startsWith(`## ${title}\n`)) ?? '';
}

/** Puts it in the place of the part that was there, else at the end. */
export function writePart(title: string, body: string): void {
  const text = `## ${title}\n\n${body.trim()}\n\n`;
  const report = `${readFileSync(REPORT, 'utf8').trimEnd()}\n\n`;
  const old = part(title);
  const written = old === '' ? report + text : report.replace(old.trimEnd(), () => text.trimEnd());
  writeFileSync(REPORT, `${written.trimEnd()}\n`);
}
