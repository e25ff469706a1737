/** Things of somebody else, as XML. */
import { createHash } from 'node:crypto';
import { serializeXml, type XmlElement } from '../../src/xml/index.js';

export interface ForeignDomain {
  name: string;
  uuid?: string;
  /** Put into `<metadata>` as it is: a copied mark, say. */
  metadata?: XmlElement;
  disks?: { path: string; target: string }[];
  networks?: string[];
  memoryKiB?: number;
}

export interface ForeignNetwork {
  name: string;
  uuid?: string;
  bridge?: string;
  /** `192.168.122.1/24` */
  gateway?: string;
  forward?: string;
  dhcp?: { start: string; end: string };
}

export function foreignDomain({
  name,
  uuid,
  metadata,
  disks = [],
  networks = [],
  memoryKiB = 131072,
}: ForeignDomain): {
  uuid: string;
  xml: string;
} {
  const id = uuid ?? uuidOf(`domain/${name}`);
  const xml = element('domain', { type: 'qemu' }, [
    element('name', {}, [name]),
    element('uuid', {}, [id]),
    ...(metadata ? [element('metadata', {}, [metadata])] : []),
    element('memory', { unit: 'KiB' }, [String(memoryKiB)]),
    element('vcpu', {}, ['1']),
    element('os', {}, [element('type', { arch: 'x86_64', machine: 'q35' }, ['hvm'])]),
    element('devices', {}, [
      ...disks.map(({ path, target }) =>
        element('disk', { type: 'file', device: 'disk' }, [
          element('driver', { name: 'qemu', type: 'qcow2' }),
          element('source', { file: path }),
          element('target', { dev: target, bus: target.startsWith('v') ? 'virtio' : 'sata' }),
        ]),
      ),
      ...networks.map((network, index) =>
        element('interface', { type: 'network' }, [
          element('mac', { address: macOf(`${name}/${index}`) }),
          element('source', { network }),
          element('model', { type: 'virtio' }),
        ]),
      ),
    ]),
  ]);
  return { uuid: id, xml: serializeXml(xml) };
}

export function foreignNetwork({ name, uuid, bridge, gateway, forward, dhcp }: ForeignNetwork): {
  uuid: string;
  xml: string;
} {
  const id = uuid ?? uuidOf(`network/${name}`);
  const [address = '', prefix = ''] = (gateway ?? '').split('/');
  const xml = element('network', {}, [
    element('name', {}, [name]),
    element('uuid', {}, [id]),
    ...(forward === undefined ? [] : [element('forward', { mode: forward })]),
    element('bridge', { name: bridge ?? `br${id.slice(0, 8)}`, stp: 'on', delay: '0' }),
    ...(gateway === undefined
      ? []
      : [
          element(
            'ip',
            { address, prefix },
            dhcp ? [element('dhcp', {}, [element('range', { ...dhcp })])] : [],
          ),
        ]),
  ]);
  return { uuid: id, xml: serializeXml(xml) };
}

export function element(
  name: string,
  attrs: Record<string, string> = {},
  children: (XmlElement | string)[] = [],
): XmlElement {
  return { name, attrs, children };
}

function uuidOf(text: string): string {
  return createHash('sha256')
    .update(`foreign/${text}`)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-9$4-$5');
}

function macOf(text: string): string {
  return `52:54:00:${createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 6)
    .replace(/(..)(?=.)/g, '$1:')}`;
}
