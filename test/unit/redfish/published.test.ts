/** The validator for published schemas, with a few of our own in their form. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PublishedSchemas } from '../../redfish/published.js';

const BASE = 'http://redfish.dmtf.org/schemas/v1/';
const dir = mkdtempSync(join(tmpdir(), 'ven-schemas-'));
const schemas = new PublishedSchemas(dir);

const object = (properties: object, required: string[] = []): object => ({
  type: 'object',
  additionalProperties: false,
  properties: { '@odata.id': { type: 'string' }, '@odata.type': { type: 'string' }, ...properties },
  required,
});
const link = { $ref: `${BASE}odata-v4.json#/definitions/idRef` };
const versions = (name: string, ...numbers: string[]): object => ({
  anyOf: [link, ...numbers.map((n) => ({ $ref: `${BASE}${name}.${n}.json#/definitions/${name}` }))],
});
const write = (file: string, definitions: object): void =>
  writeFileSync(join(dir, `${file}.json`), JSON.stringify({ $id: BASE + file, definitions }));

beforeAll(() => {
  mkdirSync(dir, { recursive: true });
  write('odata-v4', {
    idRef: {
      type: 'object',
      additionalProperties: false,
      properties: { '@odata.id': { type: 'string', format: 'uri-reference' } },
    },
  });
  write('Lamp', { Lamp: versions('Lamp', 'v1_2_0', 'v1_10_0') });
  // The file of another version that nobody needs is not even there.
  write('Lamp.v1_2_0', {
    Lamp: object(
      { Color: { enum: ['Red', 'Green'] }, Room: { $ref: `${BASE}Room.json#/definitions/Room` } },
      ['Color'],
    ),
  });
  write('Room', { Room: versions('Room', 'v1_0_0') });
  write('LampCollection', {
    LampCollection: {
      anyOf: [
        link,
        object(
          { Members: { type: 'array', items: { $ref: `${BASE}Lamp.json#/definitions/Lamp` } } },
          ['Members'],
        ),
      ],
    },
  });
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const lamp = { '@odata.id': '/lamp', '@odata.type': '#Lamp.v1_2_0.Lamp', Color: 'Red' };

test('an answer that fits has no findings', async () => {
  expect(await schemas.findings({ ...lamp, Room: { '@odata.id': '/room' } })).toEqual([]);
  expect(
    await schemas.findings({
      '@odata.id': '/lamps',
      '@odata.type': '#LampCollection.LampCollection',
      Members: [{ '@odata.id': '/lamp' }],
    }),
  ).toEqual([]);
});

test.each<[string, object, RegExp]>([
  ['a value that is none of the list', { ...lamp, Color: 'Blue' }, /\/Color .*Red/],
  ['a property that is not of this version', { ...lamp, Watts: 5 }, /additional .*Watts/],
  ['a missing property', { ...lamp, Color: undefined }, /required .*'Color'/],
  ['a link to nowhere', { ...lamp, Room: '/room' }, /\/Room must be object/],
  ['no address', { ...lamp, '@odata.id': undefined }, /required .*'@odata.id'/],
  [
    'a version that is not there',
    { ...lamp, '@odata.type': '#Lamp.v9_0_0.Lamp' },
    /never published/,
  ],
  ['no type', { ...lamp, '@odata.type': undefined }, /no @odata.type/],
])('finds %s', async (_, body, finding) => {
  expect((await schemas.findings(JSON.parse(JSON.stringify(body)))).join('\n')).toMatch(finding);
});

test('versions are compared as numbers', () => {
  write('Lamp.v1_10_0', {});
  expect(schemas.newest('Lamp')).toBe('Lamp.v1_10_0');
});
