/** What ven writes for KubeVirt, against the schemas of KubeVirt's own definitions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type SchemaObject, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { VenError, type KubeObject } from '../../../src/model/index.js';
import { render } from '../../../src/operations/kubevirt/render.js';

const FLEETS = join(import.meta.dirname, '../../../fleets');
const ENGINE = { kubevirt: { namespace: 'edge' } };

interface Definition {
  spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: SchemaObject } }[] };
}

/**
 * A schema of the API server as one of JSON: what it does not name it drops from an object
 * silently, so here that is an error.
 */
function closed(node: SchemaObject): SchemaObject {
  const { properties, items, additionalProperties, ...rest } = node as Record<string, SchemaObject>;
  const keeps = node['x-kubernetes-preserve-unknown-fields'] === true;
  const own = Object.entries(rest).filter(([key]) => !/^(x-kubernetes-.*|format)$/.test(key));
  const each = ([key, value]: [string, SchemaObject]) => [key, closed(value)] as const;
  return {
    ...Object.fromEntries(own),
    ...(node['x-kubernetes-int-or-string'] === true && { type: ['integer', 'string'] }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(each)),
      ...(!keeps && { additionalProperties: false }),
    }),
    ...(items && { items: closed(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: closed(additionalProperties),
    }),
  };
}

/** What each object has, whether its definition says so or not. */
const OF_ALL = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
};

const ajv = new Ajv({ strict: false, allErrors: true });
const file = join(import.meta.dirname, '../../kubevirt/crds.json');
const { items } = JSON.parse(readFileSync(file, 'utf8')) as { items: Definition[] };
const validators = new Map(
  items.map(({ spec: { names, versions } }): [string, ValidateFunction] => {
    const [version] = versions;
    if (version === undefined) throw new Error(`${names.kind} has no version`);
    const { properties, ...schema } = version.schema.openAPIV3Schema as { properties: object };
    return [
      names.kind,
      ajv.compile(closed({ ...schema, properties: { ...OF_ALL, ...properties } })),
    ];
  }),
);

/** Claims are Kubernetes' own: their schema is no definition of KubeVirt's. */
function faultsOf(object: KubeObject): string[] {
  const validate = validators.get(object.kind);
  if (!validate) return object.kind === 'PersistentVolumeClaim' ? [] : [`unknown: ${object.kind}`];
  validate(object);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${object.metadata.name}${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

function objectsOf(fleet: object): KubeObject[] {
  const content = JSON.stringify({ apiVersion: 'ven/v1', fleet: 'lab', engine: ENGINE, ...fleet });
  return render({ file: join(FLEETS, 'given.yaml'), content, env: {} }).files.map(
    ({ text }) => JSON.parse(text) as KubeObject,
  );
}

function refusalOf(fleet: object): string {
  try {
    objectsOf(fleet);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return (error.findings ?? []).map(({ message }) => message).join('\n');
  }
  return '';
}

/** Of the fleets here: what KubeVirt has no field for; all others can be carried. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'networks.yaml': /DNS/,
  'onboarding.yaml': /certificate authority in the firmware/,
  'quickstart-boot.yaml': /certificate authority in the firmware/,
};

describe('the fleets that come with ven', () => {
  it.each(readdirSync(FLEETS).filter((name) => name.endsWith('.yaml')))('%s', (name) => {
    const fleet = parse(readFileSync(join(FLEETS, name), 'utf8')) as { host?: unknown };
    delete fleet.host;
    const refused = REFUSED[name];
    if (refused !== undefined) {
      expect(refusalOf(fleet)).toMatch(refused);
      return;
    }
    const objects = objectsOf(fleet);
    expect(objects.some(({ kind }) => kind === 'VirtualMachine')).toBe(true);
    expect(objects.flatMap(faultsOf)).toEqual([]);
  });
});

const size = fc.integer({ min: 1, max: 64 }).map((count) => `${count}GiB`);
const maybe = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.option(value, { nil: undefined }).map((it) => (it === undefined ? {} : { [key]: it }));
const vm = fc
  .tuple(
    maybe('cpus', fc.integer({ min: 1, max: 32 })),
    maybe('memory', size),
    maybe('firmware', fc.constantFrom('bios', 'uefi', 'uefi-secure')),
    maybe('boot', fc.constantFrom(['disk'], ['network', 'disk'])),
    maybe('power', fc.constantFrom('running', 'off', 'external')),
    maybe('title', fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })),
    maybe('graphics', fc.constantFrom('vnc', 'none')),
    maybe(
      'disks',
      fc.array(fc.record({ size, bus: fc.constantFrom('sata', 'virtio', 'scsi') }), {
        maxLength: 3,
      }),
    ),
    maybe(
      'nics',
      fc.array(
        fc.record({
          network: fc.constantFrom('lab', 'inner'),
          model: fc.constantFrom('virtio', 'e1000', 'e1000e'),
        }),
        { maxLength: 3 },
      ),
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as object);

test('the objects of any fleet are as the definitions say', () => {
  let carried = 0;
  fc.assert(
    fc.property(fc.array(vm, { minLength: 1, maxLength: 3 }), (vms) => {
      const fleet = {
        networks: {
          lab: { subnet: '192.168.151.0/24' },
          inner: { mode: 'isolated', subnet: '10.77.0.0/24' },
        },
        vms: vms.map((each, at) => ({ name: `edge-${at}`, ...each })),
      };
      if (refusalOf(fleet) !== '') return;
      carried += 1;
      expect(objectsOf(fleet).flatMap(faultsOf)).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect(carried).toBeGreaterThan(75);
});

test('what the definitions do not name is a fault, and so is another type', () => {
  const [found] = objectsOf({ vms: [{ name: 'edge', nics: [] }] }).filter(
    ({ kind }) => kind === 'VirtualMachine',
  );
  const changed = (change: (spec: Record<string, unknown>) => void): string[] => {
    const copy = structuredClone(found) as KubeObject & { spec: Record<string, unknown> };
    change(copy.spec);
    return faultsOf(copy);
  };
  expect(changed(() => undefined)).toEqual([]);
  expect(changed((spec) => (spec['nope'] = 1))).not.toEqual([]);
  expect(changed((spec) => (spec['runStrategy'] = 1))).not.toEqual([]);
});

const reference = { env: 'SOME' };
const BMC = { type: 'redfish', credentials: { username: reference, password: reference } };
const edge = (more: object): object => ({ vms: [{ name: 'edge', ...more }] });

test.each<[string, object, RegExp]>([
  [
    'an authority in the firmware',
    { ...edge({}), orchestrator: { domain: 'edge.test' } },
    /authority/,
  ],
  [
    'a loader of its own',
    edge({ firmware: { loader: '/fw.fd', nvramTemplate: '/v.fd' } }),
    /loader/,
  ],
  ['the option ROM', edge({ pxe: false }), /PXE/],
  ['a manufacturer', edge({ smbios: { manufacturer: 'Edge' } }), /whole cluster/],
  ['a screen that listens', edge({ graphics: { type: 'vnc', listen: '0.0.0.0' } }), /screen/],
  ['a BMC', edge({ bmc: BMC }), /BMC/],
  ['differences to ignore', edge({ ignore: ['memory'] }), /ignored/],
  ['a boot file', { ...edge({}), networks: { lab: { httpBoot: true } } }, /DHCP/],
  [
    'names in DNS',
    { ...edge({}), networks: { lab: { dns: { hosts: { '10.0.0.1': ['a'] } } } } },
    /DNS/,
  ],
])('refused by name: %s', (_, fleet, why) => {
  expect(refusalOf(fleet)).toMatch(why);
});
