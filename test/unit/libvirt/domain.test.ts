import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostFirmware, ResolvedVm } from '../../../src/model/index.js';
import {
  at,
  attribute,
  child,
  childrenNamed,
  parseXml,
  serializeXml,
  textAt,
  textOf,
  type XmlElement,
} from '../../../src/xml/index.js';
import { FILES, KVM, QEMU, render, sampleMark, sampleVm } from './samples.js';

const parsed = (...args: Parameters<typeof render.domain>): XmlElement =>
  parseXml(render.domain(...args));
const { domain: name, uuid } = sampleVm();
const VARIABLES = `/var/lib/libvirt/qemu/nvram/${name}-${uuid}_VARS`;
const devices = (domain: XmlElement, name: string): XmlElement[] =>
  childrenNamed(child(domain, 'devices'), name);

/** Any text that XML 1.0 can carry. */
const text = fc
  .string({ unit: 'binary' })
  .filter((value) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(value));
const line = text.filter((value) => !/[\t\n\r]/.test(value));
const hostile = [
  '</title><x/>',
  ']]>',
  '#{`id`}',
  '"\'`',
  '&amp;',
  '&#13;',
  'a\r\nb\tc',
  '{{ vm.uuid }}',
  '{% raw %}',
  '<![CDATA[',
  '<!--',
];

describe('domain', () => {
  it('names, sizes and marks the domain', () => {
    const domain = parsed(sampleVm(), QEMU, sampleMark);
    expect(attribute(domain, 'type')).toBe('qemu');
    expect(textAt(domain, 'name')).toBe('lab_edge-1');
    expect(textAt(domain, 'uuid')).toBe('4ee753c1-0dd5-531f-ae64-579fcd69d776');
    expect(textAt(domain, 'memory')).toBe('1048576');
    expect(textAt(domain, 'vcpu')).toBe('2');
    const mark = at(domain, 'metadata', 'ven:vm');
    expect({ ...mark?.attrs }).toEqual({
      'xmlns:ven': 'urn:ven:1',
      fleet: 'lab',
      name: 'edge-1',
      digest: 'd'.repeat(64),
      ready: 'no',
    });
    expect(childrenNamed(mark, 'ven:volume').map((volume) => ({ ...volume.attrs }))).toEqual([
      { pool: 'default', name: 'lab_edge-1-sda.qcow2' },
    ]);
    expect(childrenNamed(mark, 'ven:nic').map((nic) => attribute(nic, 'mac'))).toEqual([
      '52:54:00:4e:e7:53',
    ]);
  });

  it('says ready when the mark does', () => {
    expect(
      attribute(
        at(parsed(sampleVm(), KVM, { ...sampleMark, ready: true }), 'metadata', 'ven:vm'),
        'ready',
      ),
    ).toBe('yes');
  });

  it('has NVRAM of its own and a TPM with UEFI, neither with BIOS', () => {
    const uefi = parsed(sampleVm(), KVM, sampleMark);
    expect(textAt(uefi, 'os', 'nvram')).toBe(`${VARIABLES}.fd`);
    expect(attribute(at(uefi, 'devices', 'tpm', 'backend'), 'version')).toBe('2.0');
    expect(attribute(child(uefi, 'cpu'), 'mode')).toBe('host-passthrough');
    const bios = parsed(
      sampleVm({ firmware: 'bios', tpm: false }),
      { accelerator: 'qemu', firmware: null },
      sampleMark,
    );
    expect(at(bios, 'os', 'loader')).toBeUndefined();
    expect(at(bios, 'os', 'nvram')).toBeUndefined();
    expect(devices(bios, 'tpm')).toEqual([]);
    expect(textAt(bios, 'cpu', 'model')).toBe('qemu64');
  });

  it('has the files of the host, with their format, and SMM for a loader that is secure', () => {
    const os = (over: Partial<ResolvedVm>, firmware: HostFirmware): string[] => {
      const domain = parsed(sampleVm(over), { accelerator: 'qemu', firmware }, sampleMark);
      const smm = child(child(domain, 'features'), 'smm');
      return [
        ...['loader', 'nvram'].map((name) => serializeXml(at(domain, 'os', name) ?? domain).trim()),
        smm ? 'smm' : 'no smm',
      ];
    };
    expect(os({}, FILES)).toEqual([
      '<loader readonly="yes" type="pflash">/fw/CODE.fd</loader>',
      `<nvram template="/fw/VARS.fd">${VARIABLES}.fd</nvram>`,
      'no smm',
    ]);
    const file = (path: string) => ({ path, format: 'qcow2' as const });
    const secure: HostFirmware = {
      by: 'files',
      loader: file('/a&b.qcow2'),
      nvramTemplate: file('/c"d.qcow2'),
      secure: true,
    };
    expect(os({ firmware: 'uefi-secure' }, secure)).toEqual([
      '<loader readonly="yes" secure="yes" type="pflash" format="qcow2">/a&amp;b.qcow2</loader>',
      '<nvram template="/c&quot;d.qcow2" ' + `format="qcow2">${VARIABLES}.qcow2</nvram>`,
      'smm',
    ]);
  });

  it.each([false, true])(
    'leaves the choice to libvirt where the files are not to be seen (secure: %s)',
    (secure) => {
      const domain = parsed(
        sampleVm(),
        { accelerator: 'qemu', firmware: { by: 'libvirt', secure } },
        sampleMark,
      );
      expect(attribute(child(domain, 'os'), 'firmware')).toBe('efi');
      const wanted = secure ? 'yes' : 'no';
      expect(
        childrenNamed(at(domain, 'os', 'firmware'), 'feature').map((feature) =>
          attribute(feature, 'enabled'),
        ),
      ).toEqual([wanted, wanted]);
      expect(at(domain, 'os', 'loader')).toBeUndefined();
      expect(textAt(domain, 'os', 'nvram')).toBe(`${VARIABLES}.fd`);
      expect(at(domain, 'features', 'smm') !== undefined).toBe(secure);
    },
  );

  it('is not without its firmware', () => {
    expect(() =>
      render.domain(sampleVm(), { accelerator: 'qemu', firmware: null }, sampleMark),
    ).toThrow('firmware is not decided');
  });

  it('keeps the boot order', () => {
    const order = (boot: ('disk' | 'network')[]): (string | null)[] =>
      childrenNamed(at(parsed(sampleVm({ boot }), QEMU, sampleMark), 'os'), 'boot').map((device) =>
        attribute(device, 'dev'),
      );
    expect(order(['disk', 'network'])).toEqual(['hd', 'network']);
    expect(order(['network'])).toEqual(['network']);
  });

  it('has a lasting log on its first serial port', () => {
    const [serial, ...others] = devices(parsed(sampleVm(), QEMU, sampleMark), 'serial');
    expect(others).toEqual([]);
    expect(attribute(child(serial, 'log'), 'file')).toBe(
      '/var/log/libvirt/qemu/lab_edge-1-console.log',
    );
    expect(attribute(child(serial, 'log'), 'append')).toBe('on');
  });

  it('has a controller for SCSI disks only', () => {
    const scsi = {
      target: 'sda',
      bus: 'scsi',
      sizeBytes: 1,
      pool: 'default',
      volume: 'v',
    } as const;
    const kinds = (domain: XmlElement): (string | null)[] =>
      devices(domain, 'controller').map((controller) => attribute(controller, 'type'));
    expect(kinds(parsed(sampleVm({ disks: [scsi] }), QEMU, sampleMark))).toContain('scsi');
    expect(kinds(parsed(sampleVm(), QEMU, sampleMark))).not.toContain('scsi');
  });

  it('gives graphics a card, a port and a listen address', () => {
    const vnc = parsed(
      sampleVm({ graphics: { type: 'vnc', listen: '127.0.0.1', port: 'auto' } }),
      QEMU,
      sampleMark,
    );
    expect({ ...devices(vnc, 'graphics')[0]?.attrs }).toEqual({
      type: 'vnc',
      autoport: 'yes',
      listen: '127.0.0.1',
    });
    expect(devices(vnc, 'video')).toHaveLength(1);
    const fixed = parsed(
      sampleVm({ graphics: { type: 'vnc', listen: '::1', port: 5907 } }),
      QEMU,
      sampleMark,
    );
    expect({ ...devices(fixed, 'graphics')[0]?.attrs }).toEqual({
      type: 'vnc',
      port: '5907',
      autoport: 'no',
      listen: '::1',
    });
    const none = parsed(sampleVm(), QEMU, sampleMark);
    expect([...devices(none, 'graphics'), ...devices(none, 'video')]).toEqual([]);
  });

  it('leaves an empty title and description out', () => {
    const domain = parsed(sampleVm({ title: '', description: '' }), QEMU, sampleMark);
    expect([child(domain, 'title'), child(domain, 'description')]).toEqual([undefined, undefined]);
  });

  it('carries any text unchanged', () => {
    const anyText = fc.oneof(text, fc.constantFrom(...hostile)).filter((value) => value !== '');
    const anyLine = fc.oneof(
      line,
      fc.constantFrom(...hostile.filter((value) => !/[\t\n\r]/.test(value))),
    );
    fc.assert(
      fc.property(
        anyText,
        anyText,
        anyLine,
        anyLine,
        anyLine,
        (title, description, serialNumber, pool, bridge) => {
          const vm = sampleVm({
            title,
            description,
            serialNumber,
            disks: [{ target: 'vda', bus: 'virtio', sizeBytes: 1, pool, volume: bridge }],
            nics: [
              {
                mac: '52:54:00:00:00:01',
                model: 'e1000',
                source: { kind: 'bridge', bridge },
                ip: null,
              },
            ],
          });
          const domain = parsed(vm, QEMU, {
            ...sampleMark,
            fleet: serialNumber,
            volumes: [{ pool, volume: bridge }],
          });
          expect(textAt(domain, 'title')).toBe(title);
          expect(textAt(domain, 'description')).toBe(description);
          const serial = childrenNamed(at(domain, 'sysinfo', 'system'), 'entry').find(
            (entry) => attribute(entry, 'name') === 'serial',
          );
          expect(textOf(serial)).toBe(serialNumber);
          expect({ ...child(devices(domain, 'disk')[0], 'source')?.attrs }).toEqual({
            pool,
            volume: bridge,
          });
          expect(attribute(child(devices(domain, 'interface')[0], 'source'), 'bridge')).toBe(
            bridge,
          );
          expect(attribute(at(domain, 'metadata', 'ven:vm'), 'fleet')).toBe(serialNumber);
        },
      ),
    );
  });

  it.each(['\u0000', '\u001b', '\ufffe', '\ud800'])(
    'refuses %j, which XML cannot carry',
    (character) => {
      expect(() => render.domain(sampleVm({ title: `a${character}b` }), QEMU, sampleMark)).toThrow(
        "XML can't carry",
      );
    },
  );

  it('refuses a line break in a name', () => {
    expect(() => render.domain(sampleVm({ serialNumber: 'a\nb' }), QEMU, sampleMark)).toThrow(
      "XML can't carry",
    );
  });

  it('renders one NIC alone, found by MAC', () => {
    const nic = parseXml(render.nic(sampleVm(), '52:54:00:4E:E7:53'));
    expect(nic.name).toBe('interface');
    expect(attribute(child(nic, 'source'), 'network')).toBe('lab_net');
    expect(() => render.nic(sampleVm(), '52:54:00:00:00:99')).toThrow('vm.edge-1 has no NIC');
  });
});
