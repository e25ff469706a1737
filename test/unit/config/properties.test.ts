/** Laws that hold for every fleet, tried on arbitrary ones. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadFleet, parseFleet } from '../../../src/config/load.js';
import { resolveFleet } from '../../../src/config/resolve/resolve.js';
import {
  VenError,
  type Fleet,
  type FleetNetwork,
  type FleetNic,
  type FleetVm,
} from '../../../src/model/index.js';

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
const size = fc.oneof(
  fc.integer({ min: 64, max: 4096 }).map((n) => `${n}MiB`),
  fc.integer({ min: 1, max: 64 }).map((n) => `${n}GiB`),
);
const HOSTILE = [
  '"',
  "'",
  '`id`',
  '#{exit}',
  '#{`id`}',
  '</title>',
  ']]>',
  '<!--',
  '&lt;',
  '&#0;',
  '%w(x)',
  '\\',
  '\\n',
  '{{ x }}',
  '{% x %}',
  '__END__',
  '🦊',
  'é',
  '\t',
  ': ',
  '- ',
  '$HOME',
  '$(id)',
  ';',
  '--',
  '\u2028',
  '<%= x %>',
  '*a',
  '&a',
  '!x',
  '|',
  '>',
];
/** Free text, `${` escaped as a person would. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 5 })), {
    maxLength: 8,
  })
  .map((parts) =>
    parts
      .join('')
      .replace(/\p{Cc}|\ufffe|\uffff/gu, '')
      .replaceAll('$', ''),
  );
const lines = fc.array(text, { maxLength: 4 }).map((all) => all.join('\n'));

const nic: fc.Arbitrary<FleetNic> = fc.oneof(
  fc.record({ network: fc.constantFrom('lab', 'far', 'shared') }),
  fc.record({ bridge: fc.constantFrom('br0', 'br1'), model: fc.constantFrom('virtio', 'e1000') }),
);
const vm = fc.record(
  {
    name: label,
    count: fc.integer({ min: 1, max: 12 }),
    cpus: fc.integer({ min: 1, max: 64 }),
    memory: size,
    disks: fc.array(fc.record({ size, bus: fc.constantFrom('sata', 'virtio', 'scsi') }), {
      maxLength: 6,
    }),
    firmware: fc.constantFrom('uefi', 'bios', 'uefi-secure', {
      loader: '/fw/CODE.fd',
      nvramTemplate: '/fw/VARS.fd',
      secureBoot: true,
    }),
    tpm: fc.boolean(),
    boot: fc.constantFrom(['disk'], ['network'], ['network', 'disk']),
    nics: fc.oneof(fc.constantFrom('default', 'per-vm'), fc.array(nic, { maxLength: 4 })),
    graphics: fc.constantFrom('none', 'vnc'),
    autostart: fc.boolean(),
    power: fc.constantFrom('running', 'off'),
    protect: fc.boolean(),
    shutdownTimeout: fc.constantFrom('0s', '90s', '5m'),
    title: text,
    description: lines,
  },
  { requiredKeys: ['name'] },
) as fc.Arbitrary<FleetVm>;
const networks: Record<string, FleetNetwork> = {
  lab: { subnet: '10.0.0.0/16', dhcp: { start: '10.0.1.0', end: '10.0.9.255' } },
  far: {},
  shared: { existing: 'theirs' },
};
/** Names that stay apart after counting, and from the networks. */
const fleet: fc.Arbitrary<Fleet> = fc.record({
  apiVersion: fc.constant('ven/v1' as const),
  fleet: label,
  networks: fc.constant(networks),
  vms: fc
    .uniqueArray(vm, {
      minLength: 1,
      maxLength: 8,
      selector: (one) => one.name.replace(/-[0-9]+$/, ''),
    })
    .map((vms) =>
      vms.map((one, index) => ({ ...one, name: `${one.name.replace(/-[0-9]+$/, '')}-v${index}` })),
    ),
});
const load = (one: Fleet): ReturnType<typeof loadFleet> =>
  loadFleet(stringify(one), { file: 'f', env: {} });

describe('every valid fleet', () => {
  it('resolves, to the same each time, with everything that must be unique unique', () => {
    fc.assert(
      fc.property(fleet, (one) => {
        const resolved = load(one);
        expect(load(one)).toEqual(resolved);
        expect(resolveFleet(one)).toEqual(resolved);
        expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
        expect(resolved.vms).toHaveLength(one.vms.reduce((sum, v) => sum + (v.count ?? 1), 0));
        const own = resolved.networks.filter((network) => network.kind === 'own');
        for (const values of [
          resolved.vms.map((v) => v.name),
          [...resolved.vms.map((v) => v.uuid), ...own.map((network) => network.uuid)],
          resolved.vms.map((v) => v.serialNumber),
          resolved.vms.flatMap((v) => v.nics.map((n) => n.mac)),
          resolved.vms.flatMap((v) => v.disks.map((disk) => disk.volume)),
          own.map((network) => network.bridge),
          resolved.networks.map((network) => network.address),
        ]) {
          expect(new Set(values).size).toBe(values.length);
        }
        for (const v of resolved.vms) {
          for (const n of v.nics)
            if (n.source.kind === 'network' && n.source.own !== null)
              expect(own.map((network) => network.address)).toContain(n.source.own);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('keeps each VM as it is when others come, go, or change places', () => {
    fc.assert(
      fc.property(
        fleet,
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        (one, drop, more) => {
          const other: Fleet = {
            ...one,
            vms: [
              ...one.vms.filter((_, index) => index !== drop % one.vms.length),
              { name: 'newcomer', count: more },
            ].reverse(),
          };
          const before = new Map(load(one).vms.map((v) => [v.name, v]));
          for (const v of load(other).vms)
            if (before.has(v.name)) expect(v).toEqual(before.get(v.name));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('carries free text unharmed', () => {
    fc.assert(
      fc.property(text, lines, (title, description) => {
        const { vms } = load({
          apiVersion: 'ven/v1',
          fleet: 'a',
          vms: [{ name: 'x', title, description }],
        });
        expect(vms[0]).toMatchObject({ title, description });
      }),
      { numRuns: 300 },
    );
  });
});

describe('whatever the text', () => {
  it('there is a fleet or findings, never another error', () => {
    const words = fc.constantFrom(
      'apiVersion: ven/v1',
      'fleet: a',
      'vms:',
      '  - name: x',
      '    cpus: ',
      '&a',
      '*a',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '\n',
      ': ',
      '- ',
      '? ',
      '|',
      '>',
      '!!str ',
      '%',
      '${',
      '#',
      '\t',
      '<<: *a',
      '---\n',
      'null',
      '~',
      '0x1',
      '1e9',
      '\u0000',
      '\ud800',
    );
    const soup = fc
      .array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          soup.map((one) => `apiVersion: ven/v1\nfleet: a\nvms: [{ name: x }]\n${one}`),
        ),
        (content) => {
          try {
            loadFleet(content, { file: 'f', env: {} });
          } catch (error) {
            if (!(error instanceof VenError)) throw error;
            expect(error.findings.length).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('wrong values anywhere get findings, never another error', () => {
    const junk = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1.5,
        '',
        'x',
        [],
        {},
        [null],
        [[]],
        { a: 1 },
        'auto',
        'default',
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const keys = [
      'host',
      'networks',
      'defaults',
      'vms',
      'name',
      'count',
      'disks',
      'nics',
      'graphics',
      'serialNumbers',
      'boot',
      'lab',
      'dhcp',
      'subnet',
      'dns',
      'hosts',
      'size',
      'network',
      'port',
      'existing',
    ];
    const tree: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5, depthSize: 'medium' },
        junk,
        fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4 }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('host', 'networks', 'defaults', 'vms', 'fleet'), tree),
        (rest) => {
          const written = stringify({
            apiVersion: 'ven/v1',
            fleet: 'a',
            vms: [{ name: 'x' }],
            ...rest,
          });
          try {
            parseFleet(written, { file: 'f' });
          } catch (error) {
            if (!(error instanceof VenError)) throw error;
            expect(error.findings.every((finding) => finding.hint !== '' && finding.line > 0)).toBe(
              true,
            );
            expect(
              error.findings.map((finding) => finding.message + finding.hint).join(),
            ).not.toMatch(/undefined|\[object/);
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
