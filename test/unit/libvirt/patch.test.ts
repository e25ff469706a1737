import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ResolvedVm } from '../../../src/model/index.js';
import {
  at,
  attribute,
  child,
  childrenNamed,
  elementsOf,
  parseXml,
  serializeXml,
  textAt,
  textOf,
  type XmlElement,
} from '../../../src/xml/index.js';
import { FILES, render, sampleVm } from './samples.js';

/**
 * A definition of the sample VM as libvirt 9 gives it back, with things in it that somebody added.
 */
const defined = readFileSync(new URL('defined.xml', import.meta.url), 'utf8');

const patched = (over: Partial<ResolvedVm>, ...fields: string[]): XmlElement =>
  parseXml(render.patchDomain(defined, sampleVm(over), fields));
const devices = (domain: XmlElement, name: string): XmlElement[] =>
  childrenNamed(child(domain, 'devices'), name);
const disk = (domain: XmlElement, target: string): XmlElement | undefined =>
  devices(domain, 'disk').find((element) => attribute(child(element, 'target'), 'dev') === target);
const nic = (domain: XmlElement, mac: string): XmlElement | undefined =>
  devices(domain, 'interface').find(
    (element) => attribute(child(element, 'mac'), 'address') === mac,
  );

/** The lines that only one of the two has. */
function changedLines(after: string): { gone: string[]; come: string[] } {
  const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());
  const [old, now] = [lines(serializeXml(parseXml(defined))), lines(after)];
  return {
    gone: old.filter((line) => !now.includes(line)),
    come: now.filter((line) => !old.includes(line)),
  };
}

/** Each field with a VM that differs from the definition in it. */
const CASES: [field: string, over: Partial<ResolvedVm>][] = [
  ['title', { title: 'Another <name>' }],
  ['title', { title: '' }],
  ['description', { description: 'two\nlines' }],
  ['description', { description: '' }],
  ['accelerator', { accelerator: 'kvm' }],
  ['cpus', { cpus: 6 }],
  ['memory', { memoryKiB: 2_097_152 }],
  ['firmware', { firmware: 'bios' }],
  ['tpm', { tpm: false }],
  ['boot', { boot: ['network'] }],
  ['serialNumber', { serialNumber: 'VH777' }],
  ['graphics', { graphics: { type: 'vnc', listen: '127.0.0.1', port: 5907 } }],
  ['console', {}],
  ['pxe', { pxe: false }],
  ['nvram', { nvram: { pool: 'default', volume: 'lab_edge-1-nvram.fd', certificates: 'c' } }],
  [
    'disks.sda',
    {
      disks: [{ target: 'sda', bus: 'virtio', sizeBytes: 1, pool: 'fast', volume: 'other.qcow2' }],
    },
  ],
  [
    'disks.sdb',
    { disks: [{ target: 'sdb', bus: 'scsi', sizeBytes: 1, pool: 'fast', volume: 'new.qcow2' }] },
  ],
  [
    'nics.52:54:00:4e:e7:53',
    {
      nics: [
        {
          mac: '52:54:00:4e:e7:53',
          model: 'e1000',
          source: { kind: 'bridge', bridge: 'br0' },
          ip: null,
        },
      ],
    },
  ],
  [
    'nics.52:54:00:00:00:07',
    {
      nics: [
        {
          mac: '52:54:00:00:00:07',
          model: 'virtio',
          source: { kind: 'network', network: 'default', own: null },
          ip: null,
        },
      ],
    },
  ],
  ['-nics.52:54:00:4e:e7:53', { nics: [] }],
  ['-disks.sda', { disks: [] }],
];

describe('patchDomain', () => {
  it('changes nothing when no field is named', () => {
    expect(render.patchDomain(defined, sampleVm({ cpus: 64 }), [])).toBe(
      serializeXml(parseXml(defined)),
    );
  });

  it.each(CASES)('done twice, %s is done once: %j', (field, over) => {
    const once = render.patchDomain(defined, sampleVm(over), [field]);
    expect(once).not.toBe(serializeXml(parseXml(defined)));
    expect(render.patchDomain(once, sampleVm(over), [field])).toBe(once);
  });

  it.each(CASES)('leaves what somebody added, with %s', (field, over) => {
    const after = patched(over, field);
    expect(disk(after, 'vdz')).toEqual(disk(parseXml(defined), 'vdz'));
    expect(devices(after, 'hostdev')).toEqual(devices(parseXml(defined), 'hostdev'));
    expect(child(after, 'qemu:commandline')).toEqual(child(parseXml(defined), 'qemu:commandline'));
    expect(child(after, 'metadata')).toEqual(child(parseXml(defined), 'metadata'));
    expect(attribute(child(nic(after, '52:54:00:ff:ff:01'), 'source'), 'bridge')).toBe(
      'br-somebody',
    );
    expect(
      devices(after, 'serial').map((serial) => attribute(child(serial, 'target'), 'port')),
    ).toEqual(['0', '1']);
  });

  it('changes just the lines of the field', () => {
    const { gone, come } = changedLines(
      render.patchDomain(defined, sampleVm({ memoryKiB: 2_097_152, cpus: 6 }), ['memory']),
    );
    expect(gone).toEqual([
      '<memory unit="KiB">1048576</memory>',
      '<currentMemory unit="KiB">1048576</currentMemory>',
    ]);
    expect(come).toEqual([
      '<memory unit="KiB">2097152</memory>',
      '<currentMemory unit="KiB">2097152</currentMemory>',
    ]);
  });

  it('sets, adds and removes title and description', () => {
    expect(textAt(patched({ title: 'a </title> ]]>' }, 'title'), 'title')).toBe('a </title> ]]>');
    expect(child(patched({ title: '' }, 'title'), 'title')).toBeUndefined();
    const bare = render.patchDomain(defined, sampleVm({ title: '', description: '' }), [
      'title',
      'description',
    ]);
    const again = parseXml(
      render.patchDomain(bare, sampleVm({ title: 'T', description: 'D' }), [
        'description',
        'title',
      ]),
    );
    expect(
      elementsOf(again)
        .slice(0, 4)
        .map((element) => element.name),
    ).toEqual(['name', 'uuid', 'title', 'description']);
  });

  it('sets the accelerator with its CPU model, and refuses one that is not decided', () => {
    const kvm = patched({ accelerator: 'kvm' }, 'accelerator');
    expect([attribute(kvm, 'type'), attribute(child(kvm, 'cpu'), 'mode')]).toEqual([
      'kvm',
      'host-passthrough',
    ]);
    expect(() => patched({ accelerator: 'auto' }, 'accelerator')).toThrow('not decided');
  });

  it('sets the CPUs, and drops a topology that no longer fits', () => {
    expect(textAt(patched({ cpus: 6 }, 'cpus'), 'vcpu')).toBe('6');
    const shaped = defined.replace(
      "fallback='forbid'>qemu64</model>",
      "$&<topology sockets='1' dies='1' cores='2' threads='1'/>",
    );
    const topology = (cpus: number): XmlElement | undefined =>
      at(parseXml(render.patchDomain(shaped, sampleVm({ cpus }), ['cpus'])), 'cpu', 'topology');
    expect(topology(4)).toBeUndefined();
    expect(topology(2)).toBeDefined();
  });

  it('sets firmware back, also from automatic selection', () => {
    const edited = defined
      .replace('<os>', "<os firmware='efi'>")
      .replace(
        /<loader.*<\/loader>/,
        "<firmware><feature enabled='no' name='secure-boot'/></firmware>",
      )
      .replace(/<nvram.*<\/nvram>/, '');
    const os = child(parseXml(render.patchDomain(edited, sampleVm(), ['firmware'], FILES)), 'os');
    expect(elementsOf(os).map((element) => element.name)).toEqual([
      'type',
      'loader',
      'nvram',
      'boot',
      'boot',
      'smbios',
    ]);
    expect(attribute(os, 'firmware')).toBeNull();
    expect(child(child(patched({ firmware: 'bios' }, 'firmware'), 'os'), 'nvram')).toBeUndefined();
  });

  it('sets secure boot with its SMM, and takes it away again', () => {
    const secure = render.patchDomain(
      defined,
      sampleVm({ firmware: 'uefi-secure' }),
      ['firmware'],
      { ...FILES, secure: true },
    );
    expect(attribute(at(parseXml(secure), 'os', 'loader'), 'secure')).toBe('yes');
    expect(attribute(at(parseXml(secure), 'features', 'smm'), 'state')).toBe('on');
    const plain = parseXml(render.patchDomain(secure, sampleVm(), ['firmware'], FILES));
    expect(attribute(at(plain, 'os', 'loader'), 'secure')).toBeNull();
    expect(at(plain, 'features', 'smm')).toBeUndefined();
    const automatic = parseXml(
      render.patchDomain(secure, sampleVm(), ['firmware'], { by: 'libvirt', secure: false }),
    );
    expect(attribute(child(automatic, 'os'), 'firmware')).toBe('efi');
    expect(elementsOf(child(automatic, 'os')).map(({ name }) => name)).toEqual([
      'type',
      'firmware',
      'nvram',
      'boot',
      'boot',
      'smbios',
    ]);
    expect(() => render.patchDomain(defined, sampleVm(), ['firmware'])).toThrow(
      'firmware is not decided',
    );
  });

  it('sets the boot order, and takes away orders given to single devices', () => {
    const after = patched({ boot: ['network', 'disk'] }, 'boot');
    expect(childrenNamed(child(after, 'os'), 'boot').map((boot) => attribute(boot, 'dev'))).toEqual(
      ['network', 'hd'],
    );
    expect(child(nic(after, '52:54:00:ff:ff:01'), 'boot')).toBeUndefined();
  });

  it('switches PXE off and on, leaving other settings of the firmware', () => {
    const off = render.patchDomain(defined, sampleVm({ pxe: false }), ['pxe']);
    const entries = (xml: string): string[] =>
      childrenNamed(parseXml(xml), 'sysinfo')
        .filter((info) => attribute(info, 'type') === 'fwcfg')
        .flatMap((info) =>
          childrenNamed(info, 'entry').map(
            (entry) => `${attribute(entry, 'name')}=${textOf(entry)}`,
          ),
        );
    const switches = ['opt/org.tianocore/IPv4PXESupport=n', 'opt/org.tianocore/IPv6PXESupport=n'];
    expect(entries(off)).toEqual(switches);
    expect(entries(render.patchDomain(off, sampleVm({ pxe: false }), ['pxe']))).toEqual(switches);
    expect(entries(render.patchDomain(off, sampleVm(), ['pxe']))).toEqual([]);
    const more = off.replace(
      '<entry name="opt/org.tianocore/IPv4',
      '<entry name="opt/mine">1</entry><entry name="opt/org.tianocore/IPv4',
    );
    expect(entries(render.patchDomain(more, sampleVm(), ['pxe']))).toEqual(['opt/mine=1']);
  });

  it('names the volume of the firmware’s variables', () => {
    const nvram = { pool: 'default', volume: 'lab_edge-1-nvram.fd', certificates: 'c' };
    const os = at(parseXml(render.patchDomain(defined, sampleVm({ nvram }), ['nvram'])), 'os');
    expect(childrenNamed(os, 'nvram')).toMatchObject([
      {
        attrs: { type: 'volume' },
        children: [{ name: 'source', attrs: { pool: 'default', volume: nvram.volume } }],
      },
    ]);
  });

  it('sets the serial number, also where there was none', () => {
    const serial = (xml: string): string => {
      const domain = parseXml(
        render.patchDomain(xml, sampleVm({ serialNumber: 'VH777' }), ['serialNumber']),
      );
      expect(attribute(at(domain, 'os', 'smbios'), 'mode')).toBe('sysinfo');
      return textOf(
        childrenNamed(at(domain, 'sysinfo', 'system'), 'entry').find(
          (entry) => attribute(entry, 'name') === 'serial',
        ),
      );
    };
    expect(serial(defined)).toBe('VH777');
    expect(serial(defined.replace(/<entry name='serial'>.*<\/entry>/, ''))).toBe('VH777');
    expect(serial(defined.replace(/<system>.*<\/system>/s, ''))).toBe('VH777');
    expect(
      serial(defined.replace(/<sysinfo.*<\/sysinfo>/s, '').replace("<smbios mode='sysinfo'/>", '')),
    ).toBe('VH777');
  });

  it('adds and removes the TPM', () => {
    const without = render.patchDomain(defined, sampleVm({ tpm: false }), ['tpm']);
    expect(devices(parseXml(without), 'tpm')).toEqual([]);
    expect(devices(parseXml(render.patchDomain(without, sampleVm(), ['tpm'])), 'tpm')).toHaveLength(
      1,
    );
  });

  it('adds and removes graphics with its card', () => {
    const vnc = sampleVm({ graphics: { type: 'vnc', listen: '127.0.0.1', port: 'auto' } });
    const seen = render.patchDomain(defined, vnc, ['graphics']);
    expect(
      devices(parseXml(seen), 'graphics').map((element) => attribute(element, 'autoport')),
    ).toEqual(['yes']);
    expect(devices(parseXml(seen), 'video')).toHaveLength(1);
    const blind = parseXml(render.patchDomain(seen, sampleVm(), ['graphics']));
    expect([...devices(blind, 'graphics'), ...devices(blind, 'video')]).toEqual([]);
  });

  it('puts the console back, in front of other serial ports', () => {
    const edited = defined
      .replace(/<serial type='pty'>\s*<log.*?<\/serial>/s, '')
      .replace(/<console.*<\/console>/s, '');
    const serials = devices(
      parseXml(render.patchDomain(edited, sampleVm(), ['console'])),
      'serial',
    );
    expect(serials.map((serial) => attribute(child(serial, 'log'), 'file'))).toEqual([
      '/var/log/libvirt/qemu/lab_edge-1-console.log',
      null,
    ]);
  });

  it('sets a disk that is there, keeping what else it has', () => {
    const tuned = defined.replace("type='qcow2' discard", "type='raw' cache='none' discard");
    const vm = sampleVm({
      disks: [{ target: 'sda', bus: 'sata', sizeBytes: 1, pool: 'fast', volume: 'other.qcow2' }],
    });
    const after = disk(parseXml(render.patchDomain(tuned, vm, ['disks.sda'])), 'sda');
    expect(attribute(after, 'type')).toBe('volume');
    expect({ ...child(after, 'source')?.attrs }).toEqual({ pool: 'fast', volume: 'other.qcow2' });
    expect({ ...child(after, 'driver')?.attrs }).toEqual({
      name: 'qemu',
      type: 'qcow2',
      cache: 'none',
      discard: 'unmap',
    });
    expect(child(after, 'address')).toBeDefined();
    const moved = disk(
      patched(
        { disks: [{ target: 'sda', bus: 'scsi', sizeBytes: 1, pool: 'p', volume: 'v' }] },
        'disks.sda',
      ),
      'sda',
    );
    expect(attribute(child(moved, 'target'), 'bus')).toBe('scsi');
    expect(child(moved, 'address')).toBeUndefined();
  });

  it('adds a disk, and the controller it needs', () => {
    const after = patched(
      { disks: [{ target: 'sdb', bus: 'scsi', sizeBytes: 1, pool: 'fast', volume: 'new.qcow2' }] },
      'disks.sdb',
    );
    expect({ ...child(disk(after, 'sdb'), 'source')?.attrs }).toEqual({
      pool: 'fast',
      volume: 'new.qcow2',
    });
    expect(
      devices(after, 'controller').filter((controller) => attribute(controller, 'type') === 'scsi'),
    ).toHaveLength(1);
    expect(disk(after, 'sda')).toEqual(disk(parseXml(defined), 'sda'));
  });

  it('sets source and model of a NIC, keeping its place', () => {
    const mac = '52:54:00:4e:e7:53';
    const after = nic(
      patched(
        { nics: [{ mac, model: 'e1000', source: { kind: 'bridge', bridge: 'br0' }, ip: null }] },
        `nics.${mac}`,
      ),
      mac,
    );
    expect(attribute(after, 'type')).toBe('bridge');
    expect({ ...child(after, 'source')?.attrs }).toEqual({ bridge: 'br0' });
    expect(attribute(child(after, 'model'), 'type')).toBe('e1000');
    expect(child(after, 'rom')).toBeUndefined();
    expect(attribute(child(after, 'address'), 'bus')).toBe('0x01');
  });

  it('adds a NIC, and removes one', () => {
    const fresh = {
      mac: '52:54:00:00:00:07',
      model: 'virtio',
      source: { kind: 'network', network: 'default', own: null },
      ip: null,
    } as const;
    const after = patched({ nics: [fresh] }, `nics.${fresh.mac}`, '-nics.52:54:00:4e:e7:53');
    expect(
      devices(after, 'interface').map((element) => attribute(child(element, 'mac'), 'address')),
    ).toEqual(['52:54:00:ff:ff:01', '52:54:00:00:00:07']);
  });

  it.each(['power', 'disks', 'disks.', 'nics.', 'toString', 'disks.sda.size', ''])(
    'does not know the field %j',
    (field) => {
      expect(() => patched({}, field)).toThrow('no such field');
    },
  );

  it('refuses a disk or NIC that the VM does not have, and to drop one that it has', () => {
    expect(() => patched({}, '-disks.sda')).toThrow('wants disk');
    expect(() => patched({}, 'disks.sdx')).toThrow('has no disk sdx');
    expect(() => patched({}, 'nics.52:54:00:ff:ff:01')).toThrow('has no NIC');
    expect(() => patched({}, '-nics.52:54:00:4e:e7:53')).toThrow('wants NIC');
  });

  it('refuses a definition that is cut off', () => {
    expect(() => render.patchDomain(defined.slice(0, 900), sampleVm(), ['memory'])).toThrow(
      "can't be read",
    );
  });
});
