/**
 * What holds of every line of the domain's template: taken out or changed by hand, it is drift, and
 * the plan puts it right. A new line is covered by standing there.
 */
import { describe, expect, it } from 'vitest';
import { compareVm } from '../../../src/libvirt/domain/fields/index.js';
import type { MarkedDomain, Surroundings } from '../../../src/libvirt/domain/fields/field.js';
import { domainFacts, volumesByPath } from '../../../src/libvirt/index.js';
import {
  genericPath,
  IGNORABLE,
  markFor,
  volumeKey,
  type ResolvedVm,
} from '../../../src/model/index.js';
import { elementsOf, parseXml, serializeXml, type XmlElement } from '../../../src/xml/index.js';
import { FILES, render, sampleVm } from './samples.js';

/** Every line of the template is in one of them. */
const VMS: Record<string, ResolvedVm> = {
  emulated: sampleVm({
    pxe: false,
    smbios: { assetTag: 'A-7', uuid: '5f2b8c1e-0d3a-4c57-9a61-7e8f90ab12cd' },
    graphics: { type: 'vnc', listen: '127.0.0.1', port: 'auto' },
    media: { pool: 'default', volume: 'lab_edge-1-media.iso' },
    disks: [
      {
        ...{ target: 'sda', bus: 'scsi', sizeBytes: 1 << 30, pool: 'default' },
        ...{ volume: 'lab_edge-1-sda.qcow2', serial: 'DISK-1' },
      },
    ],
  }),
  'with KVM': sampleVm({ accelerator: 'kvm', firmware: 'bios', pxe: true }),
};

/**
 * Where a difference is none: what libvirt itself keeps as it is (name, UUID) or fills in, what
 * says that something is not there, and what no definition is without.
 */
const NOT_COMPARED = [
  /^domain (name|uuid|metadata|title|description)/,
  /system entry\[3\]/,
  /^domain (os|devices|currentMemory)$/,
  /^domain sysinfo(\[1\])?@type/,
  /devices controller(\[\d\])? ?(@|$)/,
  /os loader|os nvram/,
  /devices (video$|disk(\[\d\])?( (source|target)|@))/,
  /graphics@(autoport|port)/,
  /@(unit|xmlns:qemu|device|port)$/,
];
/** Nor in a running domain, for which libvirt compares the CPU with QEMU's. */
const NOT_WHILE_RUNNING = /cpu@check/;

const around = (vm: ResolvedVm): Surroundings => ({
  volumes: new Map(
    vm.disks.map((disk) => [
      volumeKey(disk),
      { ...disk, path: `/pools/${disk.pool}/${disk.volume}`, capacityBytes: disk.sizeBytes },
    ]),
  ),
  pools: new Map([
    [
      'default',
      {
        ...{ name: 'default', uuid: '', active: true, autostart: true },
        ...{ type: 'dir', path: '/pools/default', realPath: '/pools/default', availableBytes: 0 },
      },
    ],
  ]),
  networksByName: new Map(),
  impairments: new Map(),
  backing: {},
  ports: null,
  outages: new Set(),
  written: (of, accelerator) => render.written(of, accelerator),
});

const defined = (xml: string): string => volumesByPath(xml, (pool) => `/pools/${pool}`);

const written = (vm: ResolvedVm): string =>
  defined(
    render.domain(
      vm,
      {
        accelerator: vm.accelerator === 'kvm' ? 'kvm' : 'qemu',
        firmware: vm.firmware === 'bios' ? null : FILES,
      },
      markFor({ name: 'lab', file: 'fleet.yaml' }, vm, true),
    ),
  );

function domainOf(vm: ResolvedVm, xml: string, liveXml: string): MarkedDomain {
  const mark = markFor({ name: 'lab', file: 'fleet.yaml' }, vm, true);
  delete mark.firmware;
  const facts = domainFacts(parseXml(xml));
  return {
    ...{ uuid: vm.uuid, name: vm.domain, power: 'running', autostart: false, persistent: true },
    ...{ mark, config: facts, live: domainFacts(parseXml(liveXml)), nvramMissing: false },
    ...{ xml, liveXml },
  };
}

interface Edit {
  what: string;
  edited: string;
}

/** The definition with each element taken out, each attribute and each text changed. */
function edits(xml: string): Edit[] {
  const found: Edit[] = [];
  const root = parseXml(xml);
  const edited = (what: string, change: () => () => void): void => {
    if (NOT_COMPARED.some((pattern) => pattern.test(what))) return;
    const back = change();
    found.push({ what, edited: serializeXml(root) });
    back();
  };
  const walk = (element: XmlElement, place: string): void => {
    for (const [name, value] of Object.entries(element.attrs))
      edited(`${place}@${name}`, () => {
        element.attrs[name] = 'another';
        return () => (element.attrs[name] = value);
      });
    const { children } = element;
    const parts = elementsOf(element);
    if (parts.length === 0 && children.length > 0)
      edited(`${place} text`, () => {
        element.children = ['17'];
        return () => (element.children = children);
      });
    parts.forEach((part) => {
      const alike = parts.filter(({ name }) => name === part.name);
      const at = alike.length > 1 ? `[${alike.indexOf(part)}]` : '';
      const inner = `${place} ${part.name}${at}`;
      edited(inner, () => {
        element.children = children.filter((node) => node !== part);
        return () => (element.children = children);
      });
      walk(part, inner);
    });
  };
  walk(root, 'domain');
  return found;
}

describe.each(Object.entries(VMS))('what ven wrote for a VM, %s', (_, vm) => {
  const xml = written(vm);
  const host = around(vm);
  const paths = (domain: MarkedDomain): string[] =>
    compareVm({ vm, domain, around: host }).fields.map(({ path }) => path);

  it('has no difference', () => {
    expect(paths(domainOf(vm, xml, xml))).toEqual([]);
  });

  const all = edits(xml);

  it.each(all)('$what: in the definition alone, put right without a restart', ({ edited }) => {
    const domain = domainOf(vm, edited, xml);
    const { fields, define } = compareVm({ vm, domain, around: host });
    expect(fields).not.toEqual([]);
    const words = fields.map(({ path }) => genericPath(path).path);
    expect(words.filter((word) => !IGNORABLE.includes(word))).toEqual([]);
    const now = defined(render.patchDomain(edited, vm, define, FILES));
    expect(paths(domainOf(vm, now, xml))).toEqual([]);
  });

  const running = all.filter(({ what }) => !NOT_WHILE_RUNNING.test(what));
  it.each(running)('$what: in what runs alone, needs no new definition', ({ edited }) => {
    const { fields, define } = compareVm({ vm, domain: domainOf(vm, xml, edited), around: host });
    expect(fields).not.toEqual([]);
    expect(define).toEqual([]);
  });
});
