/**
 * What holds of every field in the table: a new one is covered by standing there, and by its values
 * in `anyVm`.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELDS, compareVm, digestParts } from '../../../src/libvirt/domain/fields/index.js';
import type {
  Field,
  MarkedDomain,
  Surroundings,
} from '../../../src/libvirt/domain/fields/field.js';
import { domainFacts, graphicsPassword, volumesByPath } from '../../../src/libvirt/index.js';
import {
  GOOD_LINK,
  firmwareKind,
  isIgnored,
  isUefi,
  markFor,
  volumeKey,
  volumesOf,
  type DomainFacts,
  type DomainMark,
  type HostChoice,
  type ObservedVolume,
  type ResolvedDisk,
  type Link,
  type ResolvedVm,
} from '../../../src/model/index.js';
import { parseXml } from '../../../src/xml/index.js';
import { render, sampleVm } from './samples.js';

const rows: [string, Field][] = Object.entries(FIELDS);
const text = fc.constantFrom('', 'a', 'An <edge> & "node"', 'two\nlines');
const word = fc.constantFrom('VH001', `V'H<0>`, 'x y');
const { name, domain, uuid, address } = sampleVm();

const anyDisks: fc.Arbitrary<ResolvedDisk[]> = fc
  .array(
    fc.record(
      {
        bus: fc.constantFrom('sata' as const, 'virtio' as const, 'scsi' as const),
        sizeBytes: fc.constantFrom(1 << 20, 1 << 30),
        pool: fc.constantFrom('default', 'fast'),
        serial: fc.constantFrom('DISK-0001', 'DISK-0002'),
      },
      { requiredKeys: ['bus', 'sizeBytes', 'pool'] },
    ),
    { maxLength: 3 },
  )
  .map((disks) =>
    disks.map((disk, index) => {
      const target = `${disk.bus === 'virtio' ? 'vd' : 'sd'}${'abc'.charAt(index)}`;
      return { ...disk, target, volume: `${domain}-${target}.qcow2` };
    }),
  );

const anyLink = fc.constantFrom<(Link | null)[]>(
  null,
  { ...GOOD_LINK, state: 'down' },
  { ...GOOD_LINK, rate: { in: 2500, out: 2500 }, loss: 0.5 },
  { ...GOOD_LINK, rate: { in: null, out: 8 }, latency: 50, jitter: 5 },
  { ...GOOD_LINK, duplicate: 1, corrupt: 100 },
);
const anyNics: fc.Arbitrary<ResolvedVm['nics']> = fc.uniqueArray(
  fc
    .record({
      mac: fc.constantFrom('52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:0a'),
      model: fc.constantFrom('virtio' as const, 'e1000' as const),
      source: fc.constantFrom(
        { kind: 'network' as const, network: 'default', own: null },
        { kind: 'network' as const, network: 'lab_net', own: 'network.net' },
        { kind: 'bridge' as const, bridge: 'br0' },
      ),
      ip: fc.constant(null),
      link: anyLink,
    })
    .map(({ link, ...nic }) => ({ ...nic, ...(link && { link }) })),
  { selector: ({ mac }) => mac, maxLength: 3 },
);

const values: { [Key in keyof ResolvedVm]: fc.Arbitrary<ResolvedVm[Key]> } = {
  address: fc.constant(address),
  name: fc.constant(name),
  domain: fc.constant(domain),
  uuid: fc.constant(uuid),
  title: text,
  description: text,
  cpus: fc.integer({ min: 1, max: 8 }),
  memoryKiB: fc.integer({ min: 1, max: 8 }).map((n) => n * 131_072),
  accelerator: fc.constantFrom('kvm', 'qemu', 'auto'),
  firmware: fc.constantFrom<ResolvedVm['firmware'][]>(
    'bios',
    'uefi',
    'uefi-secure',
    { loader: '/own/CODE.fd', nvramTemplate: '/own/VARS.fd', secureBoot: true },
    { loader: '/own/PLAIN.fd', nvramTemplate: '/own/VARS.fd', secureBoot: false },
  ),
  tpm: fc.boolean(),
  boot: fc.constantFrom(['disk'], ['network'], ['disk', 'network'], ['network', 'disk']),
  pxe: fc.boolean(),
  nvram: fc.constantFrom(
    null,
    { pool: 'default', volume: `${domain}-nvram.fd`, certificates: 'c' },
    { pool: 'default', volume: `${domain}-nvram.fd`, keys: 'k' },
  ),
  disks: anyDisks,
  nics: anyNics,
  serialNumber: word,
  smbios: fc.constantFrom(
    {},
    { manufacturer: 'Acme "Co", 1=2', product: 'Edge, 9' },
    { assetTag: 'A-7' },
    { uuid: '5f2b8c1e-0d3a-4c57-9a61-7e8f90ab12cd' },
    { product: 'P', assetTag: 'B', uuid: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' },
  ),
  graphics: fc.constantFrom(
    { type: 'none' },
    { type: 'vnc', listen: '127.0.0.1', port: 'auto' },
    { type: 'vnc', listen: '0.0.0.0', port: 5907 },
    { type: 'vnc', listen: '127.0.0.1', port: 'auto', password: { env: 'VNC' } },
  ),
  autostart: fc.boolean(),
  power: fc.constantFrom('running', 'off'),
  protect: fc.constant(false),
  shutdownTimeoutSeconds: fc.constant(60),
  digest: fc.constantFrom('d', 'e'),
};
const anyVm = fc.tuple(fc.record(values), fc.boolean()).map(([vm, hasDrive]) => ({
  ...vm,
  nvram: isUefi(vm.firmware) ? vm.nvram : null,
  ...(hasDrive && { media: { pool: 'default', volume: `${domain}-media.iso` } }),
}));

function choiceFor({ accelerator, firmware }: ResolvedVm): HostChoice {
  const [loader, template] =
    typeof firmware === 'string'
      ? ['/fw/CODE.fd', '/fw/VARS.fd']
      : [firmware.loader, firmware.nvramTemplate];
  return {
    accelerator: accelerator === 'kvm' ? 'kvm' : 'qemu',
    firmware: isUefi(firmware)
      ? {
          by: 'files',
          loader: { path: loader, format: 'raw' },
          nvramTemplate: { path: template, format: 'raw' },
          secure: firmwareKind(firmware) === 'uefi-secure',
        }
      : null,
  };
}

const PASSWORD = 'secret';
/** As libvirt has it: volumes by path, the password set. */
const defined = (xml: string): string =>
  volumesByPath(xml.replace('passwd=""', `passwd="${PASSWORD}"`), (pool) => `/pools/${pool}`);

const written = (vm: ResolvedVm): string =>
  defined(render.domain(vm, choiceFor(vm), markFor({ name: 'lab' }, vm, true)));

function facts(xml: string): DomainFacts {
  const root = parseXml(xml);
  const read = domainFacts(root);
  const password = graphicsPassword(root, PASSWORD);
  return password === null ? read : { ...read, graphics: { ...read.graphics, password } };
}

/** The domain of such a VM, as it is when nothing is left to do. */
function settled(vm: ResolvedVm, xml: string, mark: DomainMark): MarkedDomain {
  const running = vm.power === 'running';
  return {
    uuid: vm.uuid,
    name: vm.domain,
    power: running ? 'running' : 'off',
    autostart: vm.autostart,
    persistent: true,
    mark,
    config: facts(xml),
    live: running ? facts(xml) : null,
    nvramMissing: false,
    xml,
    liveXml: running ? xml : '',
  };
}

/** A host with these VMs' volumes, as large as the last of them wants. */
function around(...vms: ResolvedVm[]): Surroundings {
  const volumes: ObservedVolume[] = vms.flatMap((vm) =>
    volumesOf(vm).map((ref) => ({
      ...ref,
      path: `/pools/${ref.pool}/${ref.volume}`,
      capacityBytes: vm.disks.find(({ volume }) => volume === ref.volume)?.sizeBytes ?? 540_672,
    })),
  );
  const pool = { uuid: '', active: true, autostart: true, type: 'dir', availableBytes: 0 };
  return {
    volumes: new Map(volumes.map((volume) => [volumeKey(volume), volume])),
    backing: {},
    impairments: new Map(),
    pools: new Map(
      ['default', 'fast'].map((pools) => [
        pools,
        { ...pool, name: pools, path: `/pools/${pools}`, realPath: `/pools/${pools}` },
      ]),
    ),
    networksByName: new Map(),
    ports: null,
    outages: new Set(),
    written: (vm, accelerator) => render.written(vm, accelerator),
  };
}

/** What is no part of the definition, or is there by a file of the host's. */
const BESIDE =
  /^(title|description|autostart|power|firmware|nvram|caCertificate|secureBoot)$|password|\.size$/;

describe('every field', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyVm, (vm) => {
        const host = around(vm);
        const there = settled(vm, written(vm), markFor({ name: 'lab' }, vm, true));
        for (const [row, { compare, shown }] of rows) {
          const { fields = [], define = [] } = compare({ vm, domain: there, around: host });
          expect({ fields, define }, row).toEqual({ fields: [], define: [] });
          // A plan shows the kind of a firmware that is there, and the files of one that is wanted.
          if (shown && !(row === 'firmware' && typeof vm.firmware === 'object'))
            expect(shown.observed(there, host), row).toBe(shown.wanted(vm));
        }
      }),
    );
  });

  it('is patched from any other value to the one that is wanted', () => {
    fc.assert(
      fc.property(anyVm, anyVm, (old, vm) => {
        // Of a mark that tells nothing of what was asked for, nothing needs a replacement.
        const mark = markFor({ name: 'lab' }, old, true);
        delete mark.firmware;
        const volumes = mark.volumes.map(({ pool, volume }) => ({ pool, volume }));
        const there = settled(old, written(old), { ...mark, volumes });
        const host = around(old, vm);
        const { fields, define, settings, left } = compareVm({ vm, domain: there, around: host });
        expect(fields.filter(({ effect }) => effect === 'replace')).toEqual([]);
        // What the fleet file says otherwise is for the other fields to tell,
        // but that OVMF needs no option ROM, and a BIOS does.
        const others = FIELDS.written.compare({ vm, domain: there, around: host }).fields ?? [];
        expect(others.filter(({ path }) => !path.includes('.rom'))).toEqual([]);
        const paths = [...(settings.includes('title') ? ['title', 'description'] : []), ...define];
        const { firmware } = choiceFor(vm);
        const now = defined(render.patchDomain(there.xml, vm, paths, firmware));
        const after = markFor({ name: 'lab' }, vm, true);
        const domainAfter = settled(vm, now, { ...after, volumes: [...after.volumes, ...left] });
        const again = compareVm({ vm, domain: domainAfter, around: host });
        expect({ fields: again.fields, define: again.define }).toEqual({ fields: [], define: [] });
      }),
      { numRuns: 150 },
    );
  });

  it('is left as it is where the VM ignores it', () => {
    fc.assert(
      fc.property(anyVm, anyVm, fc.infiniteStream(fc.boolean()), (old, wanted, coins) => {
        const mark = markFor({ name: 'lab', file: 'fleet.yaml' }, old, true);
        delete mark.firmware;
        const volumes = mark.volumes.map(({ pool, volume }) => ({ pool, volume }));
        const there = settled(old, written(old), { ...mark, volumes });
        const host = around(old, wanted);
        const all = compareVm({ vm: wanted, domain: there, around: host }).fields;
        const inDefinition = all.filter(({ path }) => !BESIDE.test(path));
        const ignore = inDefinition.map(({ path }) => path).filter(() => coins.next().value);
        const vm = { ...wanted, ignore };
        const { fields, ignored, define } = compareVm({ vm, domain: there, around: host });
        const out = all.map(({ path }) => path).filter((path) => isIgnored(vm, path));
        expect(ignored.map(({ path }) => path).sort()).toEqual(out.sort());
        expect(fields.filter(({ path }) => ignore.includes(path))).toEqual([]);
        const xml = defined(render.patchDomain(there.xml, vm, define, choiceFor(vm).firmware));
        const after = { ...there, config: facts(xml), xml };
        const left = compareVm({ vm: wanted, domain: after, around: host }).fields;
        expect(left.map(({ path }) => path)).toEqual(expect.arrayContaining(ignore));
      }),
      { numRuns: 150 },
    );
  });

  it('is in the digest, unless it is no part of the definition', () => {
    fc.assert(
      fc.property(anyVm, anyVm, (a, b) => {
        const [one, other] = [
          settled(a, written(a), markFor({ name: 'lab' }, a, true)),
          written(b),
        ];
        const differs = rows.some(([, { compare, patches }]) => {
          const change = compare({ vm: b, domain: one, around: around(a, b) });
          return Object.keys(patches).length > 0 && (change.define ?? []).length > 0;
        });
        const digest = (of: DomainFacts): string => JSON.stringify(digestParts(of));
        if (differs) expect(digest(facts(other))).not.toBe(digest(one.config));
      }),
    );
  });
});
