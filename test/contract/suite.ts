/** What every `Host` must do, real or not: the same tests for both. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isOwnedBy,
  GOOD_LINK,
  NO_IMPAIRMENT,
  networkUuid,
  VenError,
  vmUuid,
  type BringUp,
  markFor as marked,
  type DomainMark,
  type Host,
  type HostState,
  type NetworkEntryChange,
  type NetworkFacts,
  type NodeRecord,
  type ObservedDomain,
  type ObservedNetwork,
  type PlannedNetwork,
  type ResolvedFleet,
  type ResolvedVm,
  type RunEvent,
  type VolumeRef,
} from '../../src/model/index.js';
import { createRender } from '../../src/libvirt/index.js';
import { bringUpAll, type BroughtUp } from './bring-up.js';
import { fleetOf, smallVm } from './vm.js';

/** A host, and a person at its keyboard. */
export interface Place {
  host: Host;
  /** Part of every name, so that two runs on one machine do not meet. At most 6 characters. */
  prefix: string;
  powerOff(uuid: string): Promise<void>;
  pause(uuid: string): Promise<void>;
  /** Of a running domain: it runs on, without a definition. */
  undefine(uuid: string): Promise<void>;
  stopNetwork(uuid: string): Promise<void>;
  /** Takes the file away, behind the host's back. */
  loseVolume(pool: string, volume: string): Promise<void>;
  /** Makes a volume in `default` and puts it into the VM, as a disk that ven knows nothing of. */
  attachDisk(uuid: string, volume: string): Promise<void>;
  /** Puts a file into the folder of the pool `default`, and does not tell libvirt. */
  putFile(name: string): Promise<void>;
  volumeExists(pool: string, volume: string): Promise<boolean>;
  /** What is in a volume, as text. */
  contentOf(pool: string, volume: string): Promise<string>;
  addForeignDomain(name: string): Promise<string>;
  /** Networks of any kind on the host whose name starts so. */
  networkNames(prefix: string): Promise<string[]>;
  /** Takes away what the tests could not. */
  close(): Promise<void>;
}

/** Of the network `lab`, in both definitions, but for its bridge's name. */
const LAB_FACTS: Omit<NetworkFacts, 'bridge' | 'mode' | 'gateway' | 'bridgeMac'> = {
  stp: 'on',
  delay: '0',
  ranges: [{ start: '192.168.221.3', end: '192.168.221.20' }],
  dnsHosts: [],
  dhcpHosts: [],
  bootUrl: null,
};

const MIB = 1024 ** 2;
const render = createRender();

/** Of a NIC, the network that it is on. */
const ONLY_PLACE = { place: true, impairment: null };

export function describeHost(kind: string, open: () => Promise<Place>): void {
  describe(`${kind} host`, () => {
    let place: Place;
    let host: Host;
    let fleet: ResolvedFleet;
    let a: ResolvedVm;
    let b: ResolvedVm;
    let broken: ResolvedVm;
    let lab: PlannedNetwork;
    let other: PlannedNetwork;

    beforeAll(async () => {
      place = await open();
      host = place.host;
      const name = place.prefix;
      lab = network(name, 'lab', 221);
      other = network(name, 'other', 222);
      a = vm(name, 'a', 1, { kind: 'network', network: lab.libvirtName, own: lab.address });
      b = {
        ...vm(name, 'b', 2, { kind: 'network', network: lab.libvirtName, own: lab.address }),
        power: 'off',
      };
      broken = vm(name, 'broken', 3, { kind: 'bridge', bridge: `${name}-none` });
      fleet = fleetOf(name, [a, b, broken]);
    });
    afterAll(async () => {
      await place.close();
    });

    const see = (): Promise<HostState> => host.observe(fleet);
    const domainOf = async (wanted: ResolvedVm): Promise<ObservedDomain> => {
      const { domains } = await see();
      const own = domains.filter((domain) => isOwnedBy(fleet, domain));
      const found = own.find(({ uuid }) => uuid === wanted.uuid);
      if (!found) throw new Error(`${wanted.domain} is not there`);
      return found;
    };
    const bringUp = async (vms: ResolvedVm[]): Promise<BroughtUp> => {
      const brought = await bringUpAll(host.backend, vms.map(bringUpOf));
      expect([...brought.results.keys()].sort()).toEqual(vms.map(({ name }) => name).sort());
      return brought;
    };

    it('sees a host without the fleet', async () => {
      const state = await see();
      expect(state.domains.filter(({ mark }) => mark?.fleet === fleet.name)).toEqual([]);
      expect(state.volumes).toEqual([]);
      expect(Date.parse(state.observedAt)).not.toBeNaN();
    });

    it('ensures the default pool, again and again, and no other', async () => {
      await host.ensurePool('default');
      await host.ensurePool('default');
      const pool = (await see()).pools.find(({ name }) => name === 'default');
      expect(pool).toMatchObject({ active: true, path: '/var/lib/libvirt/images' });
      expect(pool?.availableBytes).toBeGreaterThan(0);
      await expect(host.ensurePool(`${place.prefix}-no-pool`)).rejects.toMatchObject({
        code: 'host-not-ready',
      });
    });

    it('creates a network once', async () => {
      await host.createNetwork(lab.uuid, render.network(lab, fleet.name));
      await host.createNetwork(lab.uuid, render.network(lab, fleet.name));
      await host.createNetwork(other.uuid, render.network(other, fleet.name));
      const found = (await see()).networks.filter(({ name }) => name === lab.libvirtName);
      const bridgeMac = `52:54:00:${lab.uuid.slice(0, 6).replace(/(..)(?=.)/g, '$1:')}`;
      expect(found).toEqual([
        {
          uuid: lab.uuid,
          name: lab.libvirtName,
          active: true,
          autostart: true,
          persistent: true,
          mark: { fleet: fleet.name, network: 'lab', digest: lab.digest },
          bridge: lab.bridge,
          mode: 'isolated',
          gateway: '192.168.221.1/24',
          ...LAB_FACTS,
          bridgeMac,
          live: {
            ...LAB_FACTS,
            bridge: lab.bridge,
            bridgeMac,
            mode: 'isolated',
            gateway: '192.168.221.1/24',
          },
          fault: null,
          boot: null,
          otherBoot: [],
          temporaryFor: null,
          unsaved: false,
        },
      ]);
    });

    it('adds and removes entries of a running network, each twice', async () => {
      const dns = {
        section: 'dns-host' as const,
        entry: { ip: '192.168.221.1', names: ['x.example', 'y.example'] },
      };
      const dhcp = {
        section: 'ip-dhcp-host' as const,
        entry: { mac: '52:54:00:aa:bb:01', ip: '192.168.221.10', name: 'a' },
      };
      const range = {
        section: 'ip-dhcp-range' as const,
        entry: { start: '192.168.221.30', end: '192.168.221.40' },
      };
      const all = [dns, dhcp, range];
      const adds = all.map((change) => ({ ...change, operation: 'add-last' as const }));
      const deletes = all.map((change) => ({ ...change, operation: 'delete' as const }));
      const seen = async (): Promise<ObservedNetwork | undefined> =>
        (await see()).networks.find(({ uuid }) => uuid === lab.uuid);
      const before = await seen();
      await host.updateNetwork(lab.uuid, adds);
      await host.updateNetwork(lab.uuid, adds);
      const now = await seen();
      expect(now?.live).toMatchObject({ dnsHosts: [dns.entry], dhcpHosts: [dhcp.entry] });
      expect(now?.live?.ranges).toContainEqual(range.entry);
      expect({ ...now, live: null, unsaved: false }).toEqual({ ...before, live: null });
      await host.updateNetwork(lab.uuid, deletes);
      await host.updateNetwork(lab.uuid, deletes);
      expect({ ...(await seen()), unsaved: false }).toEqual(before);
    });

    it('changes one of two addresses that a running network has for one name', async () => {
      const entry = (ip: string, ...names: string[]): NetworkEntryChange => ({
        ...{ section: 'dns-host', operation: 'add-last', entry: { ip, names } },
      });
      const gone = (ip: string, ...names: string[]): NetworkEntryChange => ({
        ...entry(ip, ...names),
        operation: 'delete',
      });
      const [one, two] = ['192.168.221.7', '192.168.221.8'];
      await host.updateNetwork(lab.uuid, [entry(one, 'api.lab'), entry(two, 'api.lab')]);
      await host.updateNetwork(lab.uuid, [gone(two, 'api.lab'), entry(two, 'api.lab', 'new.lab')]);
      const dns = async (): Promise<unknown> =>
        (await see()).networks.find(({ uuid }) => uuid === lab.uuid)?.live?.dnsHosts;
      expect(await dns()).toEqual([
        { ip: one, names: ['api.lab'] },
        { ip: two, names: ['api.lab', 'new.lab'] },
      ]);
      await host.updateNetwork(lab.uuid, [gone(one, 'api.lab'), gone(two, 'api.lab', 'new.lab')]);
      expect(await dns()).toEqual([]);
    });

    it('keeps the definition of a network that it stops', async () => {
      const xml = await host.readNetwork(other.uuid);
      await host.stopNetwork(other.uuid);
      await host.stopNetwork(other.uuid);
      const seen = (await see()).networks.find(({ uuid }) => uuid === other.uuid);
      expect(seen).toMatchObject({ active: false, live: null, autostart: true });
      await host.startNetwork(other.uuid);
      expect(await host.readNetwork(other.uuid)).toBe(xml);
    });

    it('says that a subnet is taken', async () => {
      const third = {
        ...network(fleet.name, 'third', 222),
        uuid: networkUuid(fleet.name, 'third'),
      };
      await expect(
        host.createNetwork(third.uuid, render.network(third, fleet.name)),
      ).rejects.toMatchObject({ code: 'subnet-taken' });
      await host.deleteNetwork(third.uuid);
    });

    it('brings VMs up, and one failure does not stop the others', async () => {
      const { results, lines, turns } = await bringUp([a, b, broken]);
      for (const name of ['a', 'b', 'broken'])
        expect(turns.filter((turn) => turn.endsWith(` ${name}`))).toEqual([
          `started ${name}`,
          `settled ${name}`,
        ]);
      expect(results.get('a')).toBeNull();
      expect(results.get('b')).toBeNull();
      const failed = results.get('broken') as VenError;
      expect(failed).toBeInstanceOf(VenError);
      expect(`${failed.summary} ${failed.detail}`).toContain(`${place.prefix}-none`);
      expect(lines.some((line) => line.startsWith('a: '))).toBe(true);

      const state = await see();
      const running = state.domains.find(({ uuid }) => uuid === a.uuid);
      expect(running).toMatchObject({
        name: a.domain,
        power: 'running',
        autostart: false,
        mark: markFor(a, false),
      });
      expect(running?.config).toMatchObject({
        title: a.title,
        accelerator: 'qemu',
        cpus: 1,
        memoryKiB: 65536,
        firmware: 'bios',
        tpm: false,
        boot: ['disk'],
        pxe: true,
        nvram: null,
        serialNumber: 'SN-a',
        graphics: { type: 'none' },
      });
      expect(running?.config.disks).toMatchObject([
        {
          target: 'sda',
          bus: 'sata',
          device: 'disk',
          path: `/var/lib/libvirt/images/${a.domain}-sda.qcow2`,
        },
      ]);
      expect(running?.config.nics).toEqual([
        {
          mac: a.nics[0]?.mac,
          model: 'virtio',
          source: { kind: 'network', network: lab.libvirtName },
          tap: null,
          bridge: null,
        },
      ]);
      const nic = running?.live?.nics[0];
      expect(nic).toMatchObject({
        bridge: lab.bridge,
        source: { kind: 'network', network: lab.libvirtName },
      });
      expect(state.bridgePorts?.[lab.bridge]).toContain(nic?.tap);
      expect(state.domains.find(({ uuid }) => uuid === b.uuid)).toMatchObject({
        power: 'off',
        live: null,
        mark: markFor(b, false),
      });
      expect(state.domains.find(({ uuid }) => uuid === broken.uuid)).toMatchObject({
        power: 'off',
        mark: { ready: false },
      });
      expect(state.volumes.map(({ volume, capacityBytes }) => [volume, capacityBytes])).toEqual(
        [a, b, broken].map(({ domain }) => [`${domain}-sda.qcow2`, 16 * MIB]),
      );
    });

    it('does not bring up what is there already', async () => {
      const before = await domainOf(a);
      const { results } = await bringUp([a]);
      expect(results.get('a')).toMatchObject({ code: 'foreign-object' });
      expect(await domainOf(a)).toEqual(before);
    });

    it('settles a VM that is stopped as it begins, and forgets one stopped before', async () => {
      const never = bringUpOf(vm(fleet.name, 'never', 9, { kind: 'bridge', bridge: 'none' }));
      const controller = new AbortController();
      const stop = (): void => {
        controller.abort(new VenError('interrupted', { summary: 'stopped' }));
      };
      const { results } = await bringUpAll(host.backend, [never], controller, stop);
      expect(results.get('never')).toMatchObject({ code: 'interrupted' });
      expect(await bringUpAll(host.backend, [never], controller)).toEqual({
        results: new Map(),
        lines: [],
        turns: [],
      });
    });

    it('writes the mark into what is kept and what runs', async () => {
      await host.markDomain(a.uuid, markFor(a, true));
      await host.markDomain(a.uuid, markFor(a, true));
      await host.markDomain(b.uuid, markFor(b, true));
      expect((await domainOf(a)).mark).toEqual(markFor(a, true));
      await place.powerOff(a.uuid);
      expect((await domainOf(a)).mark).toEqual(markFor(a, true));
      await host.startDomain(a.uuid);
    });

    it.each([
      [`a 'q' "x" ; $y #{z} \\ \\n --x`, 'one\ntwo; echo hi </description> ]]>'],
      ['--live', '--config'],
      ['', ''],
    ])('keeps the title %j to the letter', async (title, description) => {
      await host.setTitle(a.uuid, title, description);
      const seen = await domainOf(a);
      expect([seen.config.title, seen.config.description]).toEqual([title, description]);
      expect([seen.live?.title, seen.live?.description]).toEqual([title, description]);
    });

    it('sets autostart both ways', async () => {
      for (const on of [true, true, false, false]) {
        await host.setAutostart(a.uuid, on);
        expect((await domainOf(a)).autostart).toBe(on);
      }
    });

    it('stops and starts, each twice, and resumes what is paused', async () => {
      await host.stopDomain(a.uuid, 0);
      await host.stopDomain(a.uuid, 0);
      expect(await domainOf(a)).toMatchObject({ power: 'off', live: null });
      await host.startDomain(a.uuid);
      await host.startDomain(a.uuid);
      expect((await domainOf(a)).power).toBe('running');
      await place.pause(a.uuid);
      expect((await domainOf(a)).power).toBe('paused');
      await host.startDomain(a.uuid);
      expect((await domainOf(a)).power).toBe('running');
      // A BIOS without a disk to boot hears no power button: the limit counts.
      expect(await host.shutDownDomain(a.uuid, 1)).toBe(false);
      expect((await domainOf(a)).power).toBe('running');
      await host.stopDomain(a.uuid, 2);
      expect(await host.shutDownDomain(a.uuid, 1)).toBe(true);
      expect((await domainOf(a)).power).toBe('off');
      await host.startDomain(a.uuid);
    });

    it('resets what runs, which stays the same start, and nothing else', async () => {
      const before = await host.readPowers([a.uuid]);
      await host.resetDomain(a.uuid);
      expect(await host.readPowers([a.uuid])).toEqual(before);
      await place.pause(a.uuid);
      await host.resetDomain(a.uuid);
      expect((await domainOf(a)).power).toBe('paused');
      await host.startDomain(a.uuid);
      await expect(host.resetDomain(b.uuid)).rejects.toMatchObject({ code: 'not-running' });
      expect((await domainOf(b)).power).toBe('off');
    });

    it('tells the powers of all at once, and one start from the next', async () => {
      const missing = vmUuid(fleet.name, 'none');
      const before = await host.readPowers([a.uuid, b.uuid, missing]);
      expect(before.get(a.uuid)).toMatchObject({
        power: 'running',
        id: expect.any(String) as string,
      });
      expect(before.get(b.uuid)).toEqual({ power: 'off', id: null });
      expect(before.get(missing)).toEqual({ power: 'missing', id: null });
      await host.stopDomain(a.uuid, 0);
      await host.startDomain(a.uuid);
      const after = await host.readPowers([a.uuid]);
      expect(after.get(a.uuid)?.power).toBe('running');
      expect(after.get(a.uuid)?.id).not.toBe(before.get(a.uuid)?.id);
    });

    it('is locked for one run at a time, and the watch over nodes besides', async () => {
      const lock = await host.lock({ command: 'apply' });
      const watch = await host.lock({ command: 'provision', over: 'provision' });
      for (const over of ['fleet', 'provision'] as const)
        await expect(host.lock({ command: 'apply', over })).rejects.toMatchObject({
          code: 'locked',
        });
      expect((await lock.host.observe(fleet)).uri).toBe(host.uri);
      lock.release();
      lock.release();
      watch.release();
      (await host.lock({ command: 'apply' })).release();
    });

    it('keeps records of nodes; one that is removed while a run writes it stays removed', () => {
      const { records } = host.state;
      const run = records.openRun();
      run.write(recordOf(a));
      records.write(recordOf(b));
      const read = (): (string | undefined)[] =>
        records.read(['a', 'b', 'broken']).map(({ record }) => record?.uuid);
      expect(read()).toEqual([a.uuid, b.uuid, undefined]);
      expect(records.read(['a'])[0]).toMatchObject({ vm: 'a', record: recordOf(a), damage: null });
      records.remove('a');
      records.remove('a');
      run.write(recordOf(a));
      expect(read()).toEqual([undefined, b.uuid, undefined]);
      records.openRun().write(recordOf(a));
      expect(read()).toEqual([a.uuid, b.uuid, undefined]);
    });

    it('keeps the events of runs, until nothing is to be kept', () => {
      const { state } = host;
      const journal = state.openJournal();
      const event: RunEvent = {
        type: 'interrupted',
        time: '2026-01-01T00:00:00Z',
        hard: false,
        running: [],
      };
      journal.write(event);
      journal.write(event);
      journal.close();
      const path = `runs/${journal.run}/events.jsonl`;
      expect(state.files(['runs']).map((file) => file.path)).toEqual([path]);
      const line = `${JSON.stringify(event)}\n`;
      expect(state.readEnd(path, 10_000)).toEqual({ text: line.repeat(2), cut: false });
      expect(state.readEnd(path, line.length)).toEqual({ text: line, cut: true });
      state.clear({ keepLogs: true });
      expect(state.records.read(['b'])[0]?.record).toBeNull();
      expect(state.files(['runs'])).toHaveLength(1);
      state.clear({ keepLogs: false });
      expect(state.files(['runs'])).toEqual([]);
    });

    it('knows no console of a VM that was never started', async () => {
      const { consoles } = host;
      const domain = `${fleet.name}_never`;
      const read = async (): Promise<void> => {
        for await (const bytes of consoles.read(domain, { follow: false }))
          expect(bytes).toBeNull();
      };
      await expect(read()).rejects.toMatchObject({ code: 'not-found' });
      expect(consoles.end(domain).position).toBe(0);
      const reader = consoles.follow(domain, null);
      expect(reader.read()).toEqual([]);
      reader.close();
    });

    it('grows volumes, live and not, and never shrinks one', async () => {
      const size = async (wanted: ResolvedVm) =>
        (await see()).volumes.find(({ volume }) => volume === `${wanted.domain}-sda.qcow2`)
          ?.capacityBytes;
      const ref = (wanted: ResolvedVm) => ({
        pool: 'default',
        volume: `${wanted.domain}-sda.qcow2`,
      });
      await host.growVolume(ref(a), 32 * MIB, { uuid: a.uuid, target: 'sda' });
      expect(await size(a)).toBe(32 * MIB);
      await host.growVolume(ref(b), 24 * MIB, null);
      await host.growVolume(ref(b), 24 * MIB, null);
      expect(await size(b)).toBe(24 * MIB);
      await host.growVolume(ref(b), 8 * MIB, null);
      expect(await size(b)).toBe(24 * MIB);
    });

    it('creates a volume where there is none, also when the file was deleted', async () => {
      const disk = b.disks[0];
      if (!disk) throw new Error('no disk');
      await expect(
        host.createVolume('default', disk.volume, render.volume(disk)),
      ).rejects.toMatchObject({ code: 'foreign-object' });
      await place.loseVolume('default', disk.volume);
      expect((await see()).volumes.map(({ volume }) => volume)).not.toContain(disk.volume);
      await host.createVolume('default', disk.volume, render.volume(disk));
      expect((await see()).volumes.map(({ volume }) => volume)).toContain(disk.volume);
    });

    it('defines again what it read, changed', async () => {
      const current = await host.readDomain(a.uuid);
      await host.defineDomain(render.patchDomain(current, { ...a, memoryKiB: 131072 }, ['memory']));
      const seen = await domainOf(a);
      expect(seen.config.memoryKiB).toBe(131072);
      expect(seen.live?.memoryKiB).toBe(65536);
      await host.defineDomain(current);
      expect((await domainOf(a)).config.memoryKiB).toBe(65536);
    });

    it('names a disk that it adds by its path, and reads a foreign disk as it is', async () => {
      const added = {
        target: 'sdb',
        bus: 'sata' as const,
        sizeBytes: 8 * MIB,
        pool: 'default',
        volume: `${b.domain}-sdb.qcow2`,
      };
      const more: ResolvedVm = { ...b, disks: [...b.disks, added] };
      const before = await host.readDomain(b.uuid);
      await host.defineDomain(render.patchDomain(before, more, ['disks.sdb']));
      const asVolume = { path: null, volume: { pool: 'default', volume: added.volume } };
      expect((await domainOf(b)).config.disks.find(({ target }) => target === 'sdb')).toMatchObject(
        asVolume,
      );
      await host.markDomain(b.uuid, markFor(more, true));
      await host.defineDomain(
        render.patchDomain(await host.readDomain(b.uuid), more, ['disks.sdb']),
      );
      const asFile = { path: `/var/lib/libvirt/images/${added.volume}`, volume: null };
      expect((await domainOf(b)).config.disks.find(({ target }) => target === 'sdb')).toMatchObject(
        asFile,
      );
      await host.defineDomain(before);
    });

    it('keeps a running VM that somebody undefined', async () => {
      const { config } = await domainOf(a);
      const undefined_ = async (): Promise<void> => {
        await place.undefine(a.uuid);
        expect(await domainOf(a)).toMatchObject({
          persistent: false,
          power: 'running',
          mark: markFor(a, true),
        });
        expect((await domainOf(a)).config).toEqual(config);
      };
      await undefined_();
      await host.defineDomain(render.patchDomain(await host.readDomain(a.uuid), a, []));
      expect(await domainOf(a)).toMatchObject({ persistent: true, power: 'running', config });
      // Nothing else that is asked for in between loses the VM.
      for (const act of [
        () => host.markDomain(a.uuid, markFor(a, true)),
        () => host.setAutostart(a.uuid, false),
      ]) {
        await undefined_();
        await act();
        expect(await domainOf(a)).toMatchObject({ persistent: true, mark: markFor(a, true) });
      }
      await place.powerOff(a.uuid);
      expect(await domainOf(a)).toMatchObject({ persistent: true, power: 'off', config });
      await host.startDomain(a.uuid);
    });

    it('sees a file that came behind libvirt’s back, and makes no volume over it', async () => {
      const disk = broken.disks[0];
      if (!disk) throw new Error('no disk');
      const late = { ...disk, volume: `${place.prefix}-late.qcow2` };
      const wanting = { ...fleet, vms: [{ ...broken, disks: [late] }] };
      const there = async () =>
        (await host.observe(wanting)).volumes.some(({ volume }) => volume === late.volume);
      expect(await there()).toBe(false);
      await place.putFile(late.volume);
      expect(await there()).toBe(true);
      await expect(
        host.createVolume('default', late.volume, render.volume(late)),
      ).rejects.toMatchObject({ code: 'foreign-object' });
      expect(await there()).toBe(true);
    });

    it('fills a volume repeatedly, also one new to libvirt, and creates none', async () => {
      const [known, late] = ['known', 'late'].map((name) => ({
        pool: 'default',
        volume: `${place.prefix}_fill-${name}.fd`,
      })) as [VolumeRef, VolumeRef];
      const fill = (ref: VolumeRef, text: string) => host.fillVolume(ref, Buffer.from(text));
      const { volume } = known;
      await expect(fill(known, 'nothing')).rejects.toMatchObject({ code: 'tool-failed' });
      expect(await place.volumeExists('default', volume)).toBe(false);

      const xml =
        `<volume><name>${volume}</name><capacity unit='bytes'>8</capacity><target><format ` +
        "type='raw'/></target></volume>";
      await host.createVolume('default', volume, xml);
      await place.putFile(late.volume);
      for (const ref of [known, late]) {
        for (const text of ['one text', 'another.']) {
          await fill(ref, text);
          expect(await place.contentOf('default', ref.volume)).toBe(text);
        }
      }
      await expect(
        fill({ ...known, pool: `${place.prefix}-none` }, 'nothing'),
      ).rejects.toBeInstanceOf(VenError);
    });

    it('brings no VM up over a file that libvirt does not know; leaves no domain', async () => {
      const one = vm(fleet.name, 'late', 8, {
        kind: 'network',
        network: lab.libvirtName,
        own: lab.address,
      });
      await place.putFile(one.disks[0]?.volume ?? '');
      const result = (await bringUp([one])).results.get('late');
      expect(result).toMatchObject({ code: 'foreign-object' });
      expect((await see()).domains.some(({ uuid }) => uuid === one.uuid)).toBe(false);
    });

    it('moves a NIC of a running VM to another network and back', async () => {
      const mac = a.nics[0]?.mac ?? '';
      const moved: ResolvedVm = {
        ...a,
        nics: a.nics.map((nic) => ({
          ...nic,
          source: { kind: 'network', network: other.libvirtName, own: other.address },
        })),
      };
      await host.updateNic(a.uuid, render.nic(moved, mac), ONLY_PLACE);
      let state = await see();
      expect(state.domains.find(({ uuid }) => uuid === a.uuid)?.live?.nics[0]).toMatchObject({
        bridge: other.bridge,
      });
      expect(state.bridgePorts?.[other.bridge]).toHaveLength(1);
      await host.updateNic(a.uuid, render.nic(a, mac), ONLY_PLACE);
      state = await see();
      expect(state.bridgePorts?.[other.bridge]).toEqual([]);
      expect(state.bridgePorts?.[lab.bridge]).toHaveLength(1);
    });

    it('changes the link of a running VM, and nothing else of its NIC', async () => {
      const mac = a.nics[0]?.mac ?? '';
      // Not every kernel has what a rate takes.
      const down = { ...GOOD_LINK, state: 'down' as const };
      const other: ResolvedVm['nics'][number]['source'] = { kind: 'bridge', bridge: 'none' };
      const change = { place: false, impairment: NO_IMPAIRMENT };
      const before = (await domainOf(a)).live?.nics[0];
      for (const wanted of [down, null]) {
        const nics = a.nics.map((nic) => ({
          ...{ ...nic, source: other, ...(wanted && { link: wanted }) },
        }));
        await host.updateNic(a.uuid, render.nic({ ...a, nics }, mac), change);
        const { config, live } = await domainOf(a);
        expect(live?.nics[0]).toEqual({ ...before, ...(wanted && { link: wanted }) });
        expect(config.nics[0]).not.toHaveProperty('link');
      }
    });

    it('hangs taps on their bridge again after a network was stopped and started', async () => {
      await place.stopNetwork(lab.uuid);
      expect((await see()).networks.find(({ uuid }) => uuid === lab.uuid)?.active).toBe(false);
      await host.startNetwork(lab.uuid);
      await host.startNetwork(lab.uuid);
      const nic = render.nic(a, a.nics[0]?.mac ?? '');
      expect((await see()).bridgePorts?.[lab.bridge]).toEqual([]);
      await host.updateNic(a.uuid, nic, ONLY_PLACE);
      expect((await see()).bridgePorts?.[lab.bridge]).toEqual([]);
      const networks = await place.networkNames('');
      await host.reattachNics(a.uuid, [nic]);
      const state = await see();
      expect(state.bridgePorts?.[lab.bridge]).toEqual([
        state.domains.find(({ uuid }) => uuid === a.uuid)?.live?.nics[0]?.tap,
      ]);
      expect(await place.networkNames('')).toEqual(networks);
    });

    it('restarts a network with a new definition and its VMs, or changes nothing', async () => {
      const user = { fleet: fleet.name, network: 'lab' };
      const names = await place.networkNames('');
      const before = await host.readNetwork(lab.uuid);
      const whole = async (end: string): Promise<void> => {
        const state = await see();
        const seen = state.networks.find(({ uuid }) => uuid === lab.uuid);
        expect(seen).toMatchObject({
          active: true,
          autostart: true,
          gateway: '192.168.221.1/24',
          ranges: [{ end }],
        });
        const nic = state.domains.find(({ uuid }) => uuid === a.uuid)?.live?.nics[0];
        expect(nic?.source).toEqual({ kind: 'network', network: lab.libvirtName });
        expect(state.bridgePorts?.[lab.bridge]).toEqual([nic?.tap]);
        expect(await place.networkNames('')).toEqual(names);
      };
      const redefine = (
        patch: (current: string) => string,
        { start = true }: { start?: boolean } = {},
      ): Promise<void> =>
        host.redefineNetwork(lab.uuid, { user, patch, start, tell: () => undefined });
      await redefine((current) => current.replace('192.168.221.20', '192.168.221.30'));
      await whole('192.168.221.30');
      const now = await host.readNetwork(lab.uuid);
      await expect(
        redefine(() => {
          throw new VenError('stale-plan', { summary: 'it is not what it was' });
        }),
      ).rejects.toMatchObject({ code: 'stale-plan' });
      await whole('192.168.221.30');
      // The address of a network that runs: libvirt takes the definition, and does not start it.
      await expect(
        redefine((current) => current.replaceAll('192.168.221.', '192.168.222.')),
      ).rejects.toBeInstanceOf(VenError);
      await whole('192.168.221.30');
      expect(await host.readNetwork(lab.uuid)).toBe(now);

      await place.stopNetwork(lab.uuid);
      await redefine(() => before, { start: false });
      expect((await see()).networks.find(({ uuid }) => uuid === lab.uuid)?.active).toBe(false);
      await redefine(() => before);
      await whole('192.168.221.20');
      expect(await host.readNetwork(lab.uuid)).toBe(before);
      // There is nothing that a killed run left.
      await host.settleNetwork(lab.uuid, { fleet: fleet.name, tell: () => undefined });
      await whole('192.168.221.20');
    });

    it('refuses what is not there', async () => {
      const nobody = '00000000-0000-4000-8000-00000000dead';
      await expect(host.startDomain(nobody)).rejects.toBeInstanceOf(VenError);
      await expect(host.readDomain(nobody)).rejects.toBeInstanceOf(VenError);
      await expect(host.startNetwork(nobody)).rejects.toBeInstanceOf(VenError);
      await host.stopDomain(nobody, 0);
      await host.deleteDomain(nobody, []);
      await host.deleteNetwork(nobody);
    });

    it('refuses a second domain or network of the same name', async () => {
      const uuid = '00000000-0000-4000-8000-00000000beef';
      await expect(
        host.defineDomain((await host.readDomain(b.uuid)).replaceAll(b.uuid, uuid)),
      ).rejects.toBeInstanceOf(VenError);
      await expect(
        host.createNetwork(uuid, render.network({ ...lab, uuid }, fleet.name)),
      ).rejects.toBeInstanceOf(VenError);
      expect(
        (await see()).domains.filter(({ name }) => name === b.domain).map((domain) => domain.uuid),
      ).toEqual([b.uuid]);
    });

    it('acts by UUID, beside a domain with a name like a number or a UUID', async () => {
      const foreign = [
        await place.addForeignDomain('1'),
        await place.addForeignDomain(`${b.uuid.slice(0, 35)}${b.uuid.endsWith('0') ? '1' : '0'}`),
      ];
      await host.setAutostart(b.uuid, true);
      const { domains } = await see();
      for (const uuid of foreign)
        expect(domains.find((domain) => domain.uuid === uuid)).toMatchObject({
          mark: null,
          autostart: false,
          power: 'off',
        });
      await host.setAutostart(b.uuid, false);
    });

    it('knows no addresses of a VM without leases', async () => {
      expect(await host.readAddresses([a.uuid, b.uuid])).toEqual({ [a.uuid]: [], [b.uuid]: [] });
    });

    it('has UEFI firmware, and takes files that the fleet file names', async () => {
      const found = await host.firmware('uefi', { template: true });
      expect(found).toMatchObject({ by: 'files', secure: false, nvramTemplate: { format: 'raw' } });
      if (found.by !== 'files') return;
      const own = {
        loader: found.loader.path,
        nvramTemplate: found.nvramTemplate.path,
        secureBoot: false,
      };
      expect(await host.firmware(own, { template: false })).toEqual(found);
    });

    it('says which accelerator works, and why', async () => {
      const { accelerator, why } = await host.probeAccelerator({ firmware: 'uefi', nvram: null });
      expect(['kvm', 'qemu']).toContain(accelerator);
      expect(why.length).toBeGreaterThan(10);
    });

    it('deletes a VM with its own volumes, and nobody else’s', async () => {
      const added = `${place.prefix}-added.qcow2`;
      await place.attachDisk(a.uuid, added);
      await place.undefine(a.uuid);
      for (const one of [a, b, broken]) {
        const volumes = one.disks.map(({ pool, volume }) => ({ pool, volume }));
        await host.deleteDomain(one.uuid, volumes);
        await host.deleteDomain(one.uuid, volumes);
      }
      const state = await see();
      expect(state.domains.filter(({ mark }) => mark?.fleet === fleet.name)).toEqual([]);
      expect(state.volumes).toEqual([]);
      expect(await place.volumeExists('default', added)).toBe(true);
    });

    it('deletes networks', async () => {
      for (const { uuid } of [lab, other, lab]) await host.deleteNetwork(uuid);
      expect(await place.networkNames(`${place.prefix}_`)).toEqual([]);
    });
  });
}

function network(fleet: string, name: string, third: number): PlannedNetwork {
  return {
    kind: 'own',
    address: `network.${name}`,
    name,
    libvirtName: `${fleet}_${name}`,
    uuid: networkUuid(fleet, name),
    bridge: `${fleet}-${name}`,
    mode: 'isolated',
    subnet: { cidr: `192.168.${third}.0/24`, gateway: `192.168.${third}.1` },
    dhcp: { start: `192.168.${third}.3`, end: `192.168.${third}.20` },
    dnsHosts: [],
    dhcpHosts: [],
    bootUrl: null,
    digest: 'd'.repeat(64),
  };
}

function vm(
  fleet: string,
  name: string,
  number: number,
  source: ResolvedVm['nics'][number]['source'],
): ResolvedVm {
  return smallVm(fleet, name, `0${number}`, { source, title: 'a <title> & more' });
}

function markFor(vm: ResolvedVm, ready: boolean): DomainMark {
  const [fleet = ''] = vm.domain.split('_');
  return marked({ name: fleet }, vm, ready);
}

function bringUpOf(vm: ResolvedVm): BringUp {
  return {
    name: vm.name,
    domain: vm.domain,
    uuid: vm.uuid,
    domainXml: render.domain(vm, { accelerator: 'qemu', firmware: null }, markFor(vm, false)),
    volumes: vm.disks.map((disk) => ({
      pool: disk.pool,
      volume: disk.volume,
      xml: render.volume(disk),
    })),
    start: vm.power === 'running',
    memoryMiB: vm.memoryKiB / 1024,
    cpus: vm.cpus,
  };
}

function recordOf({ name, uuid }: ResolvedVm): NodeRecord {
  return {
    formatVersion: '1',
    vm: name,
    uuid,
    flow: 'none',
    profile: { name: 'test', digest: '' },
    outcome: 'under-way',
    failure: null,
    visits: [],
    lastLine: null,
    log: null,
    memory: null,
  };
}
