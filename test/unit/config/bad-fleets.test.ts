/**
 * Every file of the corpus gets the findings that its first line expects, at their places, with
 * frame and hint, at once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { EXIT, VenError, type Finding } from '../../../src/model/index.js';

const FOLDER = join(import.meta.dirname, '../../bad-fleets');
const ENV = { HOME: '/root', LONG: 'x'.repeat(600) };

/** The findings, and how long it took in milliseconds. */
function refused(content: string | Uint8Array): {
  findings: readonly Finding[];
  error: VenError;
  took: number;
} {
  // Of this process alone: what else the machine does must not decide.
  const start = process.cpuUsage();
  try {
    loadFleet(content, { file: 'fleet.yaml', env: ENV });
  } catch (error) {
    const { user, system } = process.cpuUsage(start);
    const took = (user + system) / 1000;
    if (error instanceof VenError) return { findings: error.findings, error, took };
    throw error;
  }
  throw new Error('was accepted');
}

function expectHelpful({ findings, error, took }: ReturnType<typeof refused>): void {
  expect(error.code).toBe('fleet-file');
  expect(error.exitCode).toBe(EXIT.fleetFileWrong);
  expect(error.where).toMatch(/^fleet\.yaml:\d+:\d+$/);
  expect(took).toBeLessThan(1000);
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings) {
    expect(finding.message.length).toBeGreaterThan(10);
    expect(finding.message).not.toMatch(/undefined|\[object|NaN|something else/);
    expect(finding.hint.length).toBeGreaterThan(5);
    expect(finding.hint).not.toMatch(/undefined|\[object|NaN|: …`/);
    expect(finding.line).toBeGreaterThan(0);
    expect(finding.column).toBeGreaterThan(0);
    expect(finding.frame.split('\n').some((row) => row.startsWith(`> `))).toBe(true);
    expect(finding.frame).toMatch(/\n +\| +\^/);
    // Nothing in it can drive a terminal.
    expect(finding.frame + finding.message + finding.hint).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

describe('the corpus of bad fleet files', () => {
  it('is large', () => {
    expect(files.length).toBeGreaterThan(150);
  });

  it.each(files)('%s', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const expected = /^# expect: (.+)\n/.exec(text)?.[1]?.split(', ');
    const result = refused(text);
    expectHelpful(result);
    expect(result.findings.map((f) => `${f.rule}@${f.line}:${f.column}`).sort()).toEqual(
      expected?.sort(),
    );
  });
});

const HEAD = 'apiVersion: ven/v1\nfleet: a\n';
const VMS = 'vms: [{ name: x }]\n';
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  );

const utf32 = (text: string): number[] => [...text].flatMap((one) => [one.charCodeAt(0), 0, 0, 0]);

const made: Record<string, { content: string | Uint8Array; expected: string }> = {
  'an empty file': { content: '', expected: 'empty@1:1' },
  'only blank lines': { content: '\n\n  \n', expected: 'empty@1:1' },
  'a NUL': { content: `${HEAD}vms: [{ name: "x\0" }]`, expected: 'control-character@3:17' },
  'an escape sequence': {
    content: `${HEAD}# \u001b[31m\n${VMS}`,
    expected: 'control-character@3:3',
  },
  'bytes that are not UTF-8': {
    content: bytes(HEAD, '# caf', [0xe9], '\n', VMS),
    expected: 'not-utf8@3:6',
  },
  'a cut UTF-8 character at the end': {
    content: bytes(HEAD, VMS, '# ', [0xe2, 0x82]),
    expected: 'not-utf8@4:3',
  },
  'UTF-16': {
    content: bytes([0xff, 0xfe], Buffer.from(HEAD, 'utf16le').toJSON().data),
    expected: 'not-utf8@1:1',
  },
  'UTF-16 without a mark': {
    content: bytes(Buffer.from(`${HEAD}# é\n`, 'utf16le').toJSON().data),
    expected: 'not-utf8@1:1',
  },
  'UTF-16, the other way round': {
    content: bytes([0xfe, 0xff], Buffer.from(HEAD, 'utf16le').swap16().toJSON().data),
    expected: 'not-utf8@1:1',
  },
  'UTF-16 without a mark, the other way round': {
    content: bytes(Buffer.from(HEAD, 'utf16le').swap16().toJSON().data),
    expected: 'not-utf8@1:1',
  },
  'UTF-32': { content: bytes([0xff, 0xfe, 0, 0], utf32(HEAD)), expected: 'not-utf8@1:1' },
  'UTF-32 without a mark': { content: bytes(utf32(HEAD)), expected: 'not-utf8@1:1' },
  'a gzip': { content: bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), expected: 'not-text@1:1' },
  'a zip': { content: bytes('PK', [3, 4], 'fleet.yaml'), expected: 'not-text@1:1' },
  'a NUL in the middle': {
    content: bytes(HEAD, '# a', [0], 'b\n', VMS),
    expected: 'control-character@3:4',
  },
  'line ends of the first Macs': {
    content: `${HEAD}${VMS}`.replaceAll('\n', '\r'),
    expected: 'line-ends@1:19',
  },
  'a program': {
    content: bytes([0x7f], 'ELF', [2, 1, 1, 0, 0, 0]),
    expected: 'control-character@1:1',
  },
  '800 nested lists': { content: `${HEAD}vms: ${'['.repeat(800)}`, expected: 'too-deep@3:38' },
  '100,000 nested lists': { content: '['.repeat(100_000), expected: 'too-deep@1:33' },
  'a mebibyte of nested lists': { content: '['.repeat(1_000_000), expected: 'too-deep@1:33' },
  '50,000 nested maps': { content: `${HEAD}vms: ${'{ a: '.repeat(50_000)}`, expected: 'too-deep' },
  '10,000 nested block lists in one line': {
    content: '- '.repeat(10_000),
    expected: 'too-deep@1:67',
  },
  '20,000 nested explicit keys': { content: '? '.repeat(20_000), expected: 'too-deep@1:67' },
  '900 levels of indentation': {
    content: Array.from({ length: 900 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    expected: 'too-deep@34:34',
  },
  '100 MB': { content: Buffer.alloc(100_000_000, 'a: b\n'), expected: 'too-large@1:1' },
  '100 MB as text': { content: 'a: b\n'.repeat(20_000_000), expected: 'too-large@1:1' },
  '40,000 lines': {
    content: `${HEAD}vms:\n${'  - name: x\n'.repeat(40_000)}`,
    expected: 'too-large',
  },
  '10,001 VMs written out': {
    content:
      `${HEAD}vms:\n` + `${Array.from({ length: 10_001 }, (_, n) => `- name: vm-${n}\n`).join('')}`,
    expected: 'out-of-range@4:1',
  },
  '4,900 mistakes': {
    content: `${HEAD}vms:\n${'- nmae: x\n'.repeat(4_900)}`,
    expected: 'unknown-key',
  },
  '8,000 keys': {
    content: `${HEAD}${Array.from({ length: 8_000 }, (_, n) => `k${n}: 1\n`).join('')}${VMS}`,
    expected: 'unknown-key@3:1',
  },
  'a line of a mebibyte': {
    content: `${HEAD}vms: [{ name: x, title: "${'x'.repeat(1_000_000)}", cpu: 1 }]`,
    expected: 'too-long@3:25',
  },
  'a name of a mebibyte': {
    content: `${HEAD}vms: [{ name: "${'a'.repeat(1_000_000)}!" }]`,
    expected: 'too-long@3:15',
  },
  '2,000 documents': {
    content: `${HEAD}${VMS}${'---\na: b\n'.repeat(2_000)}`,
    expected: 'several-documents@4:1',
  },
};

describe('what no file should be', () => {
  it.each(Object.entries(made))('%s', (_, { content, expected }) => {
    const result = refused(content);
    expectHelpful(result);
    expect(
      result.findings.map((f) =>
        expected.includes('@') ? `${f.rule}@${f.line}:${f.column}` : f.rule,
      ),
    ).toContain(expected);
    // However long the line, what is shown of it is not.
    for (const finding of result.findings)
      expect(finding.frame.length + finding.message.length + finding.hint.length).toBeLessThan(
        2000,
      );
  });

  it.each(Object.getOwnPropertyNames(Object.prototype))('a key %s is unknown', (name) => {
    const key = JSON.stringify(name);
    const fleets = [
      `${HEAD}${VMS}${key}: 1`,
      `${HEAD}${VMS}${key}: { ${key}: [] }\nhost: { ${key}: 1 }`,
      `${HEAD}vms: [{ name: x, ${key}: 1, disks: [{ size: 1GiB, ${key}: 1 }] }]`,
    ];
    for (const text of fleets) {
      const { findings } = refused(text);
      expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['unknown-key']));
    }
    // A mistake elsewhere, so that the rules get a copy.
    const { findings } = refused(
      `${HEAD}networks: { lab: {} }\nvms: [{ name: x, cpu: 1, nics: [{ network: ${key} }] }]`,
    );
    expect(findings.map(({ rule }) => rule)).toContain('unknown-key');
    if (name === 'constructor')
      expect(findings.map(({ rule }) => rule)).toContain('unknown-network');
  });

  it('a password in a URI is not shown again', () => {
    const { findings } = refused(
      `${HEAD}host: { uri: "qemu+ssh://me:hunter2@host/system", x: 1 }\n${VMS}`,
    );
    expect(findings.map((f) => f.rule)).toEqual(['secret', 'unknown-key']);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    expect(findings[0]?.frame).toContain('me:********@host');
  });

  it.each([
    ['vms: [{ nmae: x }]', 'Did you mean "name"?'],
    ['vms: [{ name: x, graphics: vcn }]', 'Did you mean "vnc"?'],
    ['vms: [{ name: x, serial_numbers: [ABCDE] }]', 'Did you mean "serialNumbers"?'],
    ['vms: [{ name: x, nics: [{ network: lba }] }]\nnetworks: { lab: {} }', 'Did you mean "lab"?'],
  ])('%s: %s', (rest, hint) =>
    expect(refused(HEAD + rest).findings.map((f) => f.hint)).toContain(hint),
  );

  it('is the same a second time in one process', () => {
    for (let round = 0; round < 3; round++)
      expect(refused('['.repeat(5000)).findings[0]?.rule).toBe('too-deep');
  });
});
