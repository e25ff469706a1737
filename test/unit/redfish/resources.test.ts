/**
 * The shapes that tests hold ven's answers to. Whoever has the DMTF's published schemas (DSP8010)
 * names their folder `json-schema` in VEN_REDFISH_SCHEMAS, and sees both compared.
 */
import { describe, expect, test } from 'vitest';
import { PublishedSchemas } from '../../redfish/published.js';
import { RESOURCES, shapeFindings, type Shape } from '../../redfish/resources.js';

const SAMPLES: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 60,
  number: 0.5,
  boolean: false,
  date: '2026-11-30T12:00:00Z',
  version: '1.20.0',
  offset: '+00:00',
  uuid: '00000000-0000-4000-8000-000000000001',
  mac: '52:54:00:00:00:01',
  path: '/redfish/v1/Things/1',
  link: { '@odata.id': '/redfish/v1/Things/1' },
  attributes: { Any: 'text', Thing: 1, At: true, All: null },
};

/** Values that a shape allows: each word and type once. */
function samples(shape: Shape): unknown[] {
  if (typeof shape === 'string') {
    const plain = shape.replace('?', '');
    const own = plain in SAMPLES ? [SAMPLES[plain]] : plain.split('|');
    return shape.endsWith('?') ? [...own, null] : own;
  }
  if (Array.isArray(shape)) return [[], ...samples(shape[0] as Shape).map((one) => [one])];
  const properties = Object.entries(shape as Record<string, Shape>);
  const least = Object.fromEntries(
    properties.flatMap(([key, inner]) =>
      key.endsWith('!') ? [[key.slice(0, -1), samples(inner)[0]]] : [],
    ),
  );
  const more = properties.flatMap(([key, inner]) =>
    samples(inner).map((value) => ({ ...least, [key.replace('!', '')]: value })),
  );
  return [least, ...more];
}

/** `Session.v1_7_0` → `Session.v1_7_0.Session` */
const typeOf = (name: string): string => `${name}.${name.split('.')[0]}`;

const resource = (type: string, body: unknown): Record<string, unknown> => ({
  '@odata.id': '/redfish/v1/Things/1',
  '@odata.type': `#${type}`,
  ...(body as object),
});

test('a resource of ours fits its shape', () => {
  for (const [name, shape] of Object.entries(RESOURCES))
    for (const body of samples(shape))
      expect(shapeFindings(resource(typeOf(name), body)), name).toEqual([]);
});

const SESSION = { Id: '1', Name: 'Session', UserName: 'me' };
test.each<[string, string, object, RegExp]>([
  ['a property that it has not', 'Session.v1_7_0.Session', { ...SESSION, Age: 3 }, /Age/],
  ['a property that is missing', 'Session.v1_7_0.Session', { Id: '1' }, /required .*'Name'/],
  [
    'another type',
    'Session.v1_7_0.Session',
    { ...SESSION, UserName: 3 },
    /UserName must be string/,
  ],
  [
    'a word that it has not',
    'Session.v1_7_0.Session',
    { ...SESSION, SessionType: 'Own' },
    /SessionT/,
  ],
  [
    'a link that is none',
    'Chassis.v1_25_0.Chassis',
    { Links: { ManagedBy: ['/x'] } },
    /ManagedBy.0/,
  ],
  ['a type without its version', 'Session.Session', SESSION, /odata.type is #Session/],
  [
    'a collection with a version',
    'SessionCollection.v1_0_0.SessionCollection',
    {},
    /odata.type is/,
  ],
  ['a type that ven has not', 'Lamp.v1_0_0.Lamp', {}, /odata.type is #Lamp/],
])('finds %s', (_, type, body, finding) => {
  expect(shapeFindings(resource(type, body)).join('\n')).toMatch(finding);
});

const folder = process.env['VEN_REDFISH_SCHEMAS'];
describe.skipIf(folder === undefined)('as published', () => {
  test.each(Object.keys(RESOURCES))('%s: what its shape allows, the DMTF allows', async (name) => {
    const schemas = new PublishedSchemas(folder as string);
    for (const body of samples(RESOURCES[name] as Shape)) {
      const findings = await schemas.findings(resource(typeOf(name), body));
      expect(findings, JSON.stringify(body)).toEqual([]);
    }
  });
});
