/** What a BMC may do to its machines: the same tests for the in-memory host and the real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isOwnedBy,
  mediaVolume,
  nvramVolume,
  vmUuid,
  markFor,
  type BmcMachine,
  type BringUp,
  type Host,
  type ObservedDomain,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../src/model/index.js';
import { createRender } from '../../src/libvirt/index.js';
import { nextBootOf } from '../fake-host/variable-store.js';
import { bringUpAll } from './bring-up.js';
import { fleetOf, smallVm } from './vm.js';

export interface BmcPlace {
  host: Host;
  /** The fleet, and part of every name. At most 6 characters. */
  prefix: string;
  /** A server has it from now on. */
  serve(name: string, content: string): Promise<string>;
  /** What is in a volume of the pool `default`; null: there is none. */
  contentOf(volume: string): Promise<Buffer | null>;
  /** As `virsh managedsave`. */
  save(uuid: string): Promise<void>;
  /** The kind of device that the next reset boots from. */
  firstAtReset(uuid: string): Promise<string>;
  /** As `virsh start` and `virsh destroy`. */
  start(uuid: string): Promise<void>;
  cut(uuid: string): Promise<void>;
  close(): Promise<void>;
}

const render = createRender();
const URL = 'https://boot.example/signed.efi';

export function describeBmc(kind: string, open: () => Promise<BmcPlace>): void {
  describe(`a BMC on the ${kind} host`, () => {
    let place: BmcPlace;
    let host: Host;
    let fleet: ResolvedFleet;
    let bios: ResolvedVm;
    let uefi: ResolvedVm;

    beforeAll(async () => {
      place = await open();
      host = place.host;
      bios = machine(place.prefix, 'bios', 1);
      uefi = {
        ...machine(place.prefix, 'uefi', 2),
        firmware: 'uefi',
        nvram: { pool: 'default', volume: nvramVolume(`${place.prefix}_uefi`) },
      };
      fleet = fleetOf(place.prefix, [bios, uefi]);
      await host.ensurePool('default');
      const { errors } = await bringUpAll(host.backend, [
        await bringUpOf(bios),
        await bringUpOf(uefi),
      ]).then(({ results }) => ({
        errors: [...results.values()].filter((error) => error !== null),
      }));
      expect(errors).toEqual([]);
    });
    afterAll(async () => {
      await place.close();
    });

    const bringUpOf = async (vm: ResolvedVm): Promise<BringUp> => {
      const firmware =
        vm.firmware === 'bios' ? null : await host.firmware(vm.firmware, { template: true });
      const nvram =
        vm.nvram === null || firmware?.by !== 'files'
          ? []
          : [
              render.nvram(vm.nvram, await host.readNvramTemplate(firmware.nvramTemplate.path), {
                caCertificates: [],
                keys: null,
              }),
            ];
      const disks = vm.disks.map((disk) => ({ ...disk, xml: render.volume(disk) }));
      return {
        ...{ name: vm.name, domain: vm.domain, uuid: vm.uuid, memoryMiB: 64, cpus: 1 },
        domainXml: render.domain(
          vm,
          { accelerator: 'qemu', firmware },
          markFor({ name: place.prefix }, vm, true),
        ),
        volumes: [...disks.map(({ pool, volume, xml }) => ({ pool, volume, xml })), ...nvram],
        start: false,
      };
    };
    const read = async (vm: ResolvedVm): Promise<BmcMachine> => {
      const found = (await host.bmc.readMachines([vm.uuid])).get(vm.uuid);
      if (!found) throw new Error(`${vm.name} is not there`);
      return found;
    };
    const observed = async (vm: ResolvedVm): Promise<ObservedDomain> => {
      const { domains } = await host.observe(fleet);
      const own = domains.filter((domain) => isOwnedBy(fleet, domain));
      const found = own.find(({ uuid }) => uuid === vm.uuid);
      if (!found) throw new Error(`${vm.name} is not there`);
      return found;
    };
    const nextBoot = async (): Promise<string | null> =>
      nextBootOf((await place.contentOf(uefi.nvram?.volume ?? '')) ?? Buffer.alloc(0));

    it('reads all that a BMC tells of its machines, and leaves out what is not there', async () => {
      const nobody = vmUuid(place.prefix, 'nobody');
      const found = await host.bmc.readMachines([bios.uuid, nobody, uefi.uuid]);
      expect([...found.keys()]).toEqual([bios.uuid, uefi.uuid]);
      expect(found.get(bios.uuid)).toEqual({
        uuid: bios.uuid,
        power: 'off',
        isRestarting: false,
        override: null,
        targets: ['pxe', 'hdd', 'cd'],
        media: null,
        hasDrive: true,
        cpus: 1,
        memoryBytes: 64 * 1024 ** 2,
        nics: [{ mac: bios.nics[0]?.mac, linkUp: true }],
        disks: [{ target: 'sda', bus: 'sata', serial: null }],
        firmware: 'bios',
        tpm: false,
        serialNumber: 'SN-bios',
        manufacturer: 'ven',
        product: 'Virtual Edge Node',
        assetTag: null,
        smbiosUuid: bios.uuid,
      });
      expect(found.get(uefi.uuid)?.targets).toEqual([
        ...['pxe', 'hdd', 'cd', 'uefi-http', 'bios-setup'],
      ]);
      await expect(host.bmc.powerOn(nobody)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('writes a one-time boot into the variables of a machine that is off', async () => {
      const override = { target: 'uefi-http', enabled: 'once', uri: URL } as const;
      await host.bmc.setBootOverride(uefi.uuid, () => override);
      expect((await read(uefi)).override).toEqual(override);
      const next = await nextBoot();
      // …/MAC(…)/IPv4()/Uri(…), and the end.
      expect(next).toContain(Buffer.from(URL).toString('hex'));
      expect(next).toContain((uefi.nics[0]?.mac ?? '').replaceAll(':', ''));
      expect(next?.endsWith('7fff0400')).toBe(true);

      await host.bmc.setBootOverride(uefi.uuid, () => ({
        target: 'pxe',
        enabled: 'once',
        uri: null,
      }));
      expect(await nextBoot()).not.toContain(Buffer.from(URL).toString('hex'));
      await host.bmc.setBootOverride(uefi.uuid, () => ({
        ...{ target: 'bios-setup', enabled: 'once', uri: null },
      }));
      expect(await nextBoot()).toBe('menu');
      await host.bmc.setBootOverride(uefi.uuid, () => null);
      expect(await nextBoot()).toBeNull();
      expect((await read(uefi)).override).toBeNull();
    });

    it('keeps a lasting boot of UEFI in the boot order, which is no other order then', async () => {
      const override = { target: 'cd', enabled: 'continuous', uri: null } as const;
      await host.bmc.setBootOverride(uefi.uuid, () => override);
      const { config } = await observed(uefi);
      expect(config.boot[0]).toBe('other');
      expect(config.bmc?.override?.order).toEqual(['hd', 'network']);
      expect((await read(uefi)).override).toEqual(override);
      await host.bmc.setBootOverride(uefi.uuid, () => null);
      expect((await observed(uefi)).config).toMatchObject({ boot: ['disk', 'network'] });
      expect((await observed(uefi)).config.bmc).toBeUndefined();
    });

    it('refuses what a machine can not do', async () => {
      const set = (vm: ResolvedVm, over: object): Promise<void> =>
        host.bmc.setBootOverride(vm.uuid, () => ({
          ...{ target: 'pxe', enabled: 'once', uri: null },
          ...over,
        }));
      const impossible = { code: 'not-possible' };
      await expect(set(bios, { target: 'uefi-http' })).rejects.toMatchObject(impossible);
      await expect(set(bios, { target: 'bios-setup' })).rejects.toMatchObject(impossible);
      await expect(set(uefi, { target: 'hdd', uri: URL })).rejects.toMatchObject(impossible);
      await expect(
        set(uefi, { target: 'uefi-http', uri: 'file:///etc/passwd' }),
      ).rejects.toMatchObject(impossible);
      await expect(host.bmc.reset(bios.uuid)).rejects.toMatchObject({ code: 'not-running' });
    });

    it('boots a BIOS once from elsewhere, and puts its boot order back', async () => {
      const override = { target: 'cd', enabled: 'once', uri: null } as const;
      await host.bmc.setBootOverride(bios.uuid, () => override);
      expect((await observed(bios)).config.boot[0]).toBe('other');
      await host.bmc.powerOn(bios.uuid);
      await host.bmc.powerOn(bios.uuid);
      expect(await read(bios)).toMatchObject({ power: 'running', override: null });
      const { config, live } = await observed(bios);
      expect(config.boot).toEqual(['disk', 'network']);
      expect(live?.boot[0]).toBe('other');
      expect(live?.bmc?.override?.order).toEqual(['hd', 'network']);
    });

    it('boots once from an override also where the guest reboots', async () => {
      await host.bmc.powerOff(bios.uuid);
      await host.bmc.setBootOverride(bios.uuid, () => ({
        ...{ target: 'cd', enabled: 'once', uri: null },
      }));
      await place.start(bios.uuid);
      expect(await place.firstAtReset(bios.uuid)).toBe('cdrom');
      await host.bmc.settle([bios.uuid]);
      expect(await place.firstAtReset(bios.uuid)).toBe('disk');
    });

    it('changes a definition after who holds it, and neither undoes the other', async () => {
      const { config } = await observed(bios);
      const order: string[] = [];
      const mark = markFor({ name: place.prefix }, { ...bios, digest: 'd'.repeat(64) }, true);
      await Promise.all([
        host.holdDomain(bios.uuid, async (held) => {
          const before = await held.readDomain(bios.uuid);
          await new Promise((resolve) => setTimeout(resolve, 300));
          await held.defineDomain(before.replace(/<vcpu[^>]*>1</, '<vcpu>2<'));
          order.push('held');
        }),
        host.bmc
          .setBootOverride(bios.uuid, () => ({ target: 'pxe', enabled: 'once', uri: null }))
          .then(() => order.push('override')),
        // The acts of the in-memory host wait for nobody.
        ...(kind === 'real' ? [host.markDomain(bios.uuid, mark)] : []),
      ]);
      expect(order[0]).toBe('held');
      const { config: after, mark: marked } = await observed(bios);
      expect(after).toMatchObject({ cpus: 2, boot: ['network', 'disk'] });
      if (kind === 'real') expect(marked?.digest).toBe(mark.digest);
      await host.bmc.setBootOverride(bios.uuid, () => null);
      await host.holdDomain(bios.uuid, async (held) => {
        const current = await held.readDomain(bios.uuid);
        await held.defineDomain(current.replace(/<vcpu[^>]*>2</, '<vcpu>1<'));
      });
      await host.markDomain(bios.uuid, markFor({ name: place.prefix }, bios, true));
      expect((await observed(bios)).config).toEqual(config);
    });

    it('asks a guest no more when it is told so, and remembers a restart', async () => {
      const stop = new AbortController();
      const waits = host.bmc.restart(bios.uuid, 60, stop.signal);
      setTimeout(() => {
        stop.abort();
      }, 1500);
      await expect(waits).rejects.toMatchObject({ code: 'interrupted' });
      expect(await read(bios)).toMatchObject({ power: 'running', isRestarting: true });
      await host.bmc.settle([bios.uuid]);
      expect(await read(bios)).toMatchObject({ power: 'running', isRestarting: true });
      expect(await host.bmc.restart(bios.uuid, 1)).toBe(false);
      expect(await read(bios)).toMatchObject({ power: 'running', isRestarting: false });
    });

    it('goes on with saved memory, unless an override would be passed over', async () => {
      await place.save(bios.uuid);
      expect((await read(bios)).power).toBe('off');
      await host.bmc.setBootOverride(bios.uuid, () => ({
        ...{ target: 'cd', enabled: 'once', uri: null },
      }));
      await expect(host.bmc.powerOn(bios.uuid)).rejects.toMatchObject({ code: 'not-possible' });
      await host.bmc.setBootOverride(bios.uuid, () => null);
      await host.bmc.powerOn(bios.uuid);
      expect((await read(bios)).power).toBe('running');
      await place.save(bios.uuid);
      await host.bmc.powerOff(bios.uuid);
      expect((await observed(bios)).saved).toBeUndefined();
      await host.bmc.powerOn(bios.uuid);
      expect((await read(bios)).power).toBe('running');
    });

    it('inserts an image while the machine runs, another one, and takes it out again', async () => {
      const first = await place.serve('first.iso', 'the first image');
      await host.bmc.insertMedia(bios.uuid, { image: first });
      expect((await read(bios)).media).toEqual({ image: first });
      const volume = mediaVolume(bios.domain);
      expect((await place.contentOf(volume))?.toString()).toBe('the first image');
      const driveOf = ({ disks }: ObservedDomain['config']) =>
        disks.find(({ device }) => device === 'cdrom')?.path;
      const { config, live } = await observed(bios);
      expect(driveOf(config)).toMatch(/-media\.iso$/);
      expect(live && driveOf(live)).toBe(driveOf(config));

      const second = await place.serve('second.iso', 'another image');
      const secret = second.replace('//', '//alice:canary@');
      await host.bmc.insertMedia(bios.uuid, { image: secret });
      expect((await read(bios)).media).toEqual({ image: second });
      expect(JSON.stringify(await observed(bios))).not.toContain('canary');
      expect((await place.contentOf(volume))?.toString()).toBe('another image');
      await host.bmc.ejectMedia(bios.uuid);
      await host.bmc.ejectMedia(bios.uuid);
      expect(await read(bios)).toMatchObject({ media: null, hasDrive: true });
      expect(await place.contentOf(volume)).toBeNull();
      expect(driveOf((await observed(bios)).config)).toBeNull();
    });

    it('says that an image is not there, and leaves the drive as it is', async () => {
      const image = (await place.serve('there.iso', 'x')).replace('there', 'not-there');
      await expect(host.bmc.insertMedia(bios.uuid, { image })).rejects.toMatchObject({
        code: 'media-unreachable',
      });
      expect((await read(bios)).media).toBeNull();
    });

    it('a reset of a machine with an override that waits is a power cycle', async () => {
      const before = (await host.readPowers([bios.uuid])).get(bios.uuid)?.id;
      await host.bmc.reset(bios.uuid);
      expect((await host.readPowers([bios.uuid])).get(bios.uuid)?.id).toBe(before);
      await host.bmc.setBootOverride(bios.uuid, () => ({
        target: 'pxe',
        enabled: 'once',
        uri: null,
      }));
      expect((await read(bios)).override?.target).toBe('pxe');
      await host.bmc.reset(bios.uuid);
      expect((await host.readPowers([bios.uuid])).get(bios.uuid)?.id).not.toBe(before);
      expect((await read(bios)).override).toBeNull();
      expect((await observed(bios)).config.boot).toEqual(['disk', 'network']);
    });

    it('an override that another start consumed is over, and is settled', async () => {
      await host.bmc.powerOff(bios.uuid);
      await host.bmc.setBootOverride(bios.uuid, () => ({
        target: 'cd',
        enabled: 'once',
        uri: null,
      }));
      await place.start(bios.uuid);
      expect((await read(bios)).override).toBeNull();
      expect((await observed(bios)).config.boot[0]).toBe('other');
      await host.bmc.settle([bios.uuid, uefi.uuid]);
      expect((await observed(bios)).config).toMatchObject({ boot: ['disk', 'network'] });
      await place.cut(bios.uuid);
      expect(await read(bios)).toMatchObject({ power: 'off', override: null });
    });

    it('goes with the machine, image and all', async () => {
      const image = await place.serve('last.iso', 'the last image');
      await host.bmc.insertMedia(bios.uuid, { image });
      for (const vm of [bios, uefi]) {
        const { mark } = await observed(vm);
        await host.deleteDomain(vm.uuid, mark?.volumes ?? []);
      }
      expect(await place.contentOf(mediaVolume(bios.domain))).toBeNull();
      expect(await host.bmc.readMachines([bios.uuid, uefi.uuid])).toEqual(new Map());
    });
  });
}

function machine(fleet: string, name: string, number: number): ResolvedVm {
  return smallVm(fleet, name, `3${number}`, {
    source: { kind: 'network', network: 'default', own: null },
    boot: ['disk', 'network'],
    media: { pool: 'default', volume: mediaVolume(`${fleet}_${name}`) },
    power: 'external',
  });
}
