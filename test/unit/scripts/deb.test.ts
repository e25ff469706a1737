/** What of Debian's packages is made from other files of the repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { debianChangelog, debianVersion } from '../../../scripts/debian-changelog.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const MARKDOWN = `# Changelog

## 0.2.0-rc.1 (unreleased)

- A long line of what is new, which goes on in the file at a width that Debian's changelogs
  do not have.
- Short.

## 0.1.0 (2026-02-03)

The first version.
`;

it("Debian's changelog is made from CHANGELOG.md", () => {
  const now = new Date('2026-11-30T12:00:00Z');
  expect(debianChangelog(MARKDOWN, 'A <a@b.example>', now)).toBe(
    `ven (0.2.0~rc.1) UNRELEASED; urgency=medium

  * A long line of what is new, which goes on in the file at a width that
    Debian's changelogs do not have.
  * Short.

 -- A <a@b.example>  Mon, 30 Nov 2026 12:00:00 +0000

ven (0.1.0) unstable; urgency=medium

  * The first version.

 -- A <a@b.example>  Tue, 03 Feb 2026 00:00:00 +0000
`,
  );
});

it('a heading without version and date is refused, and not left out', () => {
  expect(() => debianChangelog(`${MARKDOWN}\n## Older\n\n- x\n`, 'A <a@b>', new Date())).toThrow(
    '## Older',
  );
});

it("the newest version in CHANGELOG.md is package.json's", () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const changelog = debianChangelog(read('CHANGELOG.md'), 'A <a@b.example>', new Date(0));
  expect(changelog.split(' ', 2)[1]).toBe(`(${debianVersion(version)})`);
});

it('the package ven wants what setup-host.sh installs', () => {
  const [, text = ''] = /^PACKAGES='([^']*)'/m.exec(read('scripts/setup-host.sh')) ?? [];
  const [, ven = ''] =
    /^Package: ven\n([\s\S]*?)\n\n/m.exec(read('packaging/debian/control')) ?? [];
  const wanted = new Set(ven.split(/[\s,]+/));
  // These belong to every Debian that is no bare root.
  const always = ['dbus', 'util-linux'];
  const packages = text.split(/\s+/).filter((name) => !always.includes(name));
  expect(packages).toContain('libvirt-clients');
  expect(packages.filter((name) => !wanted.has(name))).toEqual([]);
});
