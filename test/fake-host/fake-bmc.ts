/** What a BMC needs of a host, in memory. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BmcActs } from '../../src/host/index.js';
import {
  bmcMarkForMetadata,
  driveXml,
  imageVolumeXml,
  setBmcMark,
} from '../../src/libvirt/index.js';
import { VenError, type VolumeRef } from '../../src/model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  parseXml as freshXml,
  serializeXml,
  type XmlElement,
} from '../../src/xml/index.js';
import { editXml, mapDevices, withChild } from './edit.js';
import type { FakeHost } from './fake-host.js';
import { element } from './foreign.js';

export function fakeBmcActs(host: FakeHost): BmcActs {
  const { storage, faults } = host;
  const answer = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    faults.check();
    return work();
  };
  const known = (uuid: string) => {
    const domain = host.domains.get(uuid);
    if (domain) return domain;
    throw new VenError('not-found', { summary: `no domain ${uuid}` });
  };
  const pathOf = ({ pool, volume }: VolumeRef): string => `${storage.folderOf(pool)}/${volume}`;

  return {
    hold: (uuid, work) => host.holdDomain(uuid, work),
    now: () => host.now,
    readDomain: (uuid) => host.readDomain(uuid),
    defineDomain: (xml) => host.defineDomain(xml),
    startDomain: (uuid) => host.startDomain(uuid),
    stopDomain: (uuid, timeoutSeconds) => host.stopDomain(uuid, timeoutSeconds),
    shutDownDomain: (...asked) => host.shutDownDomain(...asked),
    resetDomain: (uuid) => host.resetDomain(uuid),
    fillVolume: (ref, content) => host.fillVolume(ref, content),

    definitions: (uuids) =>
      answer(() =>
        uuids.flatMap((uuid) => {
          const domain = host.domains.get(uuid);
          if (!domain) return [];
          const { config, live, power, saved } = domain;
          return [
            {
              ...{ config: withPlaces(config), power, saved: saved !== undefined },
              live: live === null ? null : withAliases(live),
            },
          ];
        }),
      ),

    setMark: (uuid, mark) =>
      answer(() => {
        const domain = known(uuid);
        faults.change(
          `metadata ${uuid} bmc ${bmcMarkForMetadata(mark) === null ? 'none' : 'set'}`,
          () => {
            const root = freshXml(domain.config);
            setBmcMark(root, mark);
            domain.config = serializeXml(root);
          },
        );
      }),

    injectNmi: (uuid) =>
      answer(() => {
        faults.change(`inject-nmi ${uuid}`, () => undefined);
      }),

    dropSaved: (uuid) =>
      answer(() => {
        faults.change(`managedsave-remove ${uuid}`, () => {
          delete known(uuid).saved;
        });
      }),

    setBootIndexes: (uuid, indexes) =>
      answer(() => {
        faults.change(`qom-set ${uuid}`, () => host.bootIndexes.set(uuid, indexes));
      }),

    readVolume: (ref) => answer(() => storage.contents.get(pathOf(ref)) ?? null),

    // Another array for each time that it was written.
    stampsOf: (refs) =>
      answer(() =>
        refs.map((ref) => {
          const content = storage.contents.get(pathOf(ref));
          if (!content) return null;
          if (!stamps.has(content)) stamps.set(content, String((clock += 1)));
          return stamps.get(content) ?? null;
        }),
      ),

    setDrive: (uuid, path, isRunning) =>
      answer(() => {
        const domain = known(uuid);
        const drive = freshXml(driveXml(path));
        const target = (disk: XmlElement): string | null => attribute(child(disk, 'target'), 'dev');
        const put = (xml: string): string =>
          editXml(xml, (root) =>
            mapDevices(root, 'disk', (disk) => (target(disk) === target(drive) ? drive : disk)),
          );
        faults.change(`update-device ${uuid} ${path === null ? 'empty' : 'full'}`, () => {
          domain.config = put(domain.config);
          if (isRunning && domain.live !== null) domain.live = put(domain.live);
        });
      }),

    createImage: (ref, bytes) =>
      answer(() => {
        storage.create(ref.pool, imageVolumeXml(ref.volume, bytes));
        return pathOf(ref);
      }),

    fillImage: (ref, { fd }) =>
      answer(() => {
        storage.fill(ref, readFileSync(`/proc/self/fd/${fd}`));
      }),

    deleteVolume: (ref) =>
      answer(() => {
        storage.remove(ref);
      }),

    fetchImage: ({ image }) =>
      answer(() => {
        const content = host.images.get(image);
        if (content === undefined)
          throw new VenError('media-unreachable', { summary: `${image} can't be fetched` });
        const folder = mkdtempSync(join(tmpdir(), 'ven-image-'));
        writeFileSync(join(folder, 'image'), content);
        const fd = openSync(join(folder, 'image'), 'r');
        rmSync(folder, { recursive: true });
        return {
          fd,
          bytes: content.length,
          close: () => {
            closeSync(fd);
          },
        };
      }),
  };
}

const stamps = new WeakMap<Uint8Array, string>();
let clock = 0;

/** As libvirt names the devices of what runs; here after their kind. */
function withAliases(xml: string): string {
  const named = (kind: (device: XmlElement) => string) => (device: XmlElement) =>
    withChild(device, 'alias', element('alias', { name: kind(device) }));
  return editXml(xml, (root) =>
    mapDevices(
      mapDevices(
        root,
        'disk',
        named((disk) => attribute(disk, 'device') ?? 'disk'),
      ),
      'interface',
      named(() => 'network'),
    ),
  );
}

/** As libvirt gives each NIC a place on the PCI bus: behind a port of its own. */
function withPlaces(xml: string): string {
  return editXml(xml, (root) => {
    const nics = childrenNamed(child(root, 'devices'), 'interface');
    const place = (bus: number, slot: number): XmlElement =>
      element('address', {
        ...{ type: 'pci', domain: '0x0000', function: '0x0' },
        ...{ bus: `0x0${bus}`, slot: `0x0${slot}` },
      });
    let bus = 0;
    const placed = mapDevices(root, 'interface', (nic) =>
      withChild(nic, 'address', place(++bus, 0)),
    );
    const sata: XmlElement = element('controller', { type: 'sata', index: '0' }, [
      element('address', {
        ...{ type: 'pci', domain: '0x0000', bus: '0x00', slot: '0x1f', function: '0x2' },
      }),
    ]);
    const ports = nics.map((_nic, index) =>
      element('controller', { type: 'pci', index: String(index + 1) }, [place(0, index + 1)]),
    );
    return {
      ...placed,
      children: placed.children.map((part) =>
        typeof part !== 'string' && part.name === 'devices'
          ? { ...part, children: [...part.children, sata, ...ports] }
          : part,
      ),
    };
  });
}
