/** A BMC's server that is killed at any moment: nothing that it acknowledged is lost. */
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { isOwnedBy, type BootOverride } from '../../../src/model/index.js';
import { DESTROY, HostDied, Lab } from '../../fake-host/index.js';

const BMC =
  'bmc: { type: redfish, credentials: { username: { env: USER_A }, password: { env: WORD_A } } }';
const FLEET = loadFleet(
  'apiVersion: ven/v1\nfleet: lab\nvms:\n' +
    `  - { name: uefi, power: external, ${BMC} }\n` +
    `  - { name: bios, power: external, firmware: bios, ${BMC} }\n`,
  { file: 'fleet.yaml' },
);
const URL = 'https://boot.example/signed.efi';
const HTTP: BootOverride = { target: 'uefi-http', enabled: 'once', uri: URL };
const CD: BootOverride = { target: 'cd', enabled: 'once', uri: null };
const ALWAYS: BootOverride = { target: 'uefi-http', enabled: 'continuous', uri: URL };
const IMAGE = 'http://images.example/live.iso';

type Work = (lab: Lab) => Promise<unknown>;
const uefi = (lab: Lab): string => lab.domain('lab_uefi');
const bios = (lab: Lab): string => lab.domain('lab_bios');

async function made(...works: Work[]): Promise<Lab> {
  const lab = Lab.bare();
  lab.host.images.set(IMAGE, 'an image');
  const { result } = await lab.apply(FLEET);
  expect(result.exitCode).toBe(0);
  for (const work of works) await work(lab);
  return lab;
}

/** The host after each moment at which `work` can be killed. */
async function* killed(before: Lab, work: Work): AsyncGenerator<Lab> {
  for (const when of ['before', 'after'] as const)
    for (let n = 1; ; n += 1) {
      const lab = before.copy();
      lab.host.faults.dieAt(n, when);
      const death: unknown = await work(lab).then(
        () => null,
        (error: unknown) => error,
      );
      if (death === null) break;
      expect(death).toBeInstanceOf(HostDied);
      lab.host.faults.revive();
      yield lab.copy();
    }
}

async function expectNoDifference(lab: Lab): Promise<void> {
  expect((await lab.plan(FLEET)).changes).toEqual([]);
}

const set =
  (of: (lab: Lab) => string, override: BootOverride | null): Work =>
  (lab) =>
    lab.host.bmc.setBootOverride(of(lab), () => override);
const on: Work = (lab) => lab.host.bmc.powerOn(uefi(lab));
const off: Work = (lab) => lab.host.bmc.powerOff(uefi(lab));

const read = async (lab: Lab, uuid: string) =>
  (await lab.host.bmc.readMachines([uefi(lab), bios(lab)])).get(uuid);

describe('a server that is killed', () => {
  const WORKS: Record<string, { before: Work[]; work: Work }> = {
    'while it sets a one-time boot': { before: [], work: set(uefi, HTTP) },
    'while it sets another one': { before: [set(uefi, HTTP)], work: set(uefi, CD) },
    'while it takes one back': { before: [set(uefi, HTTP)], work: set(uefi, null) },
    'while it sets a lasting boot': { before: [], work: set(uefi, ALWAYS) },
    'while it takes that back': { before: [set(uefi, ALWAYS)], work: set(uefi, null) },
    'while it takes that back of a VM that runs': {
      before: [set(uefi, ALWAYS), on],
      work: set(uefi, null),
    },
    'while it sets the order of a BIOS': { before: [], work: set(bios, CD) },
    'while it powers on': { before: [on, set(uefi, HTTP), off], work: on },
    'while it resets': {
      before: [on, set(uefi, HTTP)],
      work: (lab) => lab.host.bmc.reset(uefi(lab)),
    },
    'while it starts a BIOS': {
      before: [set(bios, CD)],
      work: (lab) => lab.host.bmc.powerOn(bios(lab)),
    },
    'while it restarts': { before: [on], work: (lab) => lab.host.bmc.restart(uefi(lab), 60) },
    'while it inserts an image': {
      before: [],
      work: (lab) => lab.host.bmc.insertMedia(uefi(lab), { image: IMAGE }),
    },
    'while it takes one out': {
      before: [on, (lab) => lab.host.bmc.insertMedia(uefi(lab), { image: IMAGE })],
      work: (lab) => lab.host.bmc.ejectMedia(uefi(lab)),
    },
  };

  it.each(Object.entries(WORKS))('%s: no plan finds a difference', async (_name, parts) => {
    const lab = await made(...parts.before);
    let moments = 0;
    for await (const after of killed(lab, parts.work)) {
      moments += 1;
      await expectNoDifference(after);
      await after.host.bmc.settle([uefi(after), bios(after)]);
      await expectNoDifference(after);
      // A reset that was killed may have left it off.
      await parts.work(after).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'not-running' });
      });
      await expectNoDifference(after);
      const { result } = await after.apply(FLEET, DESTROY);
      expect(result.exitCode).toBe(0);
      expect(after.host.storage.observedVolumes(new Set(['default/lab_uefi-media.iso']))).toEqual(
        [],
      );
    }
    expect(moments).toBeGreaterThan(0);
  });

  it('ends its restart in the next server: the machine runs again, and is restarted once', async () => {
    const restart: Work = (lab) => lab.host.bmc.restart(uefi(lab), 60);
    const lab = await made(on);
    const starts = lab.host.boots.length;
    let moments = 0;
    for await (const after of killed(lab, restart)) {
      moments += 1;
      await expectNoDifference(after);
      await after.host.bmc.settle([uefi(after)]);
      const machine = await read(after, uefi(after));
      // Its guest has not powered off yet: so the next server goes on to wait.
      if (machine?.isRestarting) await after.host.bmc.restart(uefi(after), null);
      expect(await read(after, uefi(after))).toMatchObject({
        power: 'running',
        isRestarting: false,
      });
      const { changes } = after.host.faults;
      expect(changes.filter((change) => change.startsWith('shutdown')).length).toBeLessThan(2);
      expect(after.host.boots.length).toBeLessThanOrEqual(starts + 1);
      await after.host.bmc.settle([uefi(after)]);
      after.host.powerOff(uefi(after));
      await after.host.bmc.settle([uefi(after)]);
      expect((await read(after, uefi(after)))?.power).toBe('off');
      await expectNoDifference(after);
    }
    expect(moments).toBeGreaterThan(4);
  });

  it('starts no machine whose restart is long over', async () => {
    const lab = await made(on);
    lab.host.faults.dieAt(2, 'after');
    await expect(lab.host.bmc.restart(uefi(lab), 60)).rejects.toBeInstanceOf(HostDied);
    lab.host.faults.revive();
    const soon = lab.copy();
    expect((await read(soon, uefi(soon)))?.power).toBe('off');
    soon.host.now += 60 * 60_000;
    await soon.host.bmc.settle([uefi(soon)]);
    expect((await read(soon, uefi(soon)))?.power).toBe('running');
    const late = lab.copy();
    late.host.now += 62 * 60_000;
    await late.host.bmc.settle([uefi(late)]);
    late.host.now -= 62 * 60_000;
    await late.host.bmc.settle([uefi(late)]);
    expect((await read(late, uefi(late)))?.power).toBe('off');
  });

  it.each<[string, Work, 'off' | 'running']>([
    ['ForceOff', off, 'off'],
    ['a shutdown', (lab) => lab.host.bmc.shutDown(uefi(lab), 60), 'off'],
    ['a reset', (lab) => lab.host.bmc.reset(uefi(lab)), 'running'],
  ])('%s ends a restart for good', async (_name, work, power) => {
    const lab = await made(on);
    await expect(lab.host.bmc.restart(uefi(lab), 60, AbortSignal.abort())).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect((await read(lab, uefi(lab)))?.isRestarting).toBe(true);
    await work(lab);
    await lab.host.bmc.settle([uefi(lab)]);
    expect(await read(lab, uefi(lab))).toMatchObject({ power, isRestarting: false });
    lab.host.powerOff(uefi(lab));
    await lab.host.bmc.settle([uefi(lab)]);
    expect((await read(lab, uefi(lab)))?.power).toBe('off');
  });

  it('boots from what was asked for, when it comes again', async () => {
    const lab = await made(on, set(uefi, HTTP), off);
    for await (const after of killed(lab, on)) {
      await after.host.bmc.settle([uefi(after)]);
      if ((await after.host.bmc.readMachines([uefi(after)])).get(uefi(after))?.power === 'off')
        await on(after);
      const boots = after.host.boots.filter((boot) => boot !== null);
      expect(boots.length).toBeGreaterThan(0);
      for (const boot of boots) expect(boot).toContain(Buffer.from(URL).toString('hex'));
      const machine = (await after.host.bmc.readMachines([uefi(after)])).get(uefi(after));
      expect(machine).toMatchObject({ power: 'running', override: null });
    }
  });

  it('forgets no override that waits for a start', async () => {
    const lab = await made(on, set(uefi, HTTP), off);
    const other = lab.copy();
    expect((await other.host.bmc.readMachines([uefi(other)])).get(uefi(other))?.override).toEqual(
      HTTP,
    );
    await on(other);
    expect(other.host.boots.at(-1)).toContain(Buffer.from(URL).toString('hex'));
    await off(other);
    await on(other);
    expect(other.host.boots.at(-1)).toBeNull();
  });

  it('does not set aside what ven or a person has consumed by a start', async () => {
    const lab = await made(set(uefi, HTTP));
    await lab.host.startDomain(uefi(lab));
    lab.host.powerOff(uefi(lab));
    const machine = (await lab.host.bmc.readMachines([uefi(lab)])).get(uefi(lab));
    expect(machine).toMatchObject({ power: 'off', override: null });
    await on(lab);
    expect(lab.host.boots.at(-1)).toBeNull();
    await expectNoDifference(lab);
  });
});

describe('what a BMC leaves alone', () => {
  const NVRAM = { pool: 'default', volume: 'lab_uefi-nvram.fd' };

  it('a VM that is still being made is not there', async () => {
    const lab = await made();
    const { domains } = await lab.host.observe(FLEET);
    const mark = domains.find(({ uuid }) => uuid === uefi(lab))?.mark;
    if (!mark) throw new Error('no mark');
    await lab.host.markDomain(uefi(lab), { ...mark, ready: false });
    expect(await read(lab, uefi(lab))).toBeUndefined();
    expect(await read(lab, bios(lab))).toBeDefined();
    await expect(lab.host.bmc.powerOn(uefi(lab))).rejects.toMatchObject({ code: 'not-found' });
  });

  it("another VM's volumes, whatever the mark says", async () => {
    const lab = await made();
    const { domains } = await lab.host.observe(FLEET);
    const mark = domains.find(({ uuid }) => uuid === uefi(lab))?.mark;
    if (!mark) throw new Error('no mark');
    const volumes = mark.volumes.map((ref) =>
      ref.volume.endsWith('-media.iso') ? { ...ref, volume: 'theirs-media.iso' } : ref,
    );
    await lab.host.markDomain(uefi(lab), { ...mark, volumes });
    await expect(lab.host.bmc.insertMedia(uefi(lab), { image: IMAGE })).rejects.toMatchObject({
      code: 'not-possible',
    });
  });

  it('the variables of a VM that is being started', async () => {
    const lab = await made();
    const domain = lab.host.domains.get(uefi(lab));
    if (!domain) throw new Error('no domain');
    domain.power = 'running';
    await set(uefi, HTTP)(lab);
    domain.power = 'off';
    expect((await read(lab, uefi(lab)))?.override).toEqual(HTTP);
    await lab.host.startDomain(uefi(lab));
    expect(lab.host.boots.at(-1)).toBeNull();
  });

  it('other VMs, when the variables of one are gone or broken', async () => {
    const lab = await made(set(uefi, HTTP), set(bios, CD));
    await lab.host.startDomain(bios(lab));
    lab.host.storage.contents.delete(`${lab.host.storage.folderOf('default')}/${NVRAM.volume}`);
    expect((await read(lab, uefi(lab)))?.override).toBeNull();
    expect(await read(lab, bios(lab))).toBeDefined();

    const broken = await made(on, set(uefi, HTTP), set(bios, CD), off);
    await broken.host.startDomain(bios(broken));
    broken.host.storage.fill(NVRAM, Buffer.from('none'));
    await expect(broken.host.bmc.settle([uefi(broken), bios(broken)])).rejects.toMatchObject({
      code: 'not-possible',
    });
    const { domains } = await broken.host.observe(FLEET);
    const own = domains.filter((domain) => isOwnedBy(FLEET, domain));
    const { config } = own.find(({ uuid }) => uuid === bios(broken)) ?? {};
    expect(config?.boot).toEqual(['disk', 'network']);
  });

  it('no boot order once the file has no BMC', async () => {
    const lab = await made(set(bios, CD));
    await expectNoDifference(lab);
    const without = loadFleet(
      'apiVersion: ven/v1\nfleet: lab\nvms:\n' +
        `  - { name: uefi, power: external, ${BMC} }\n` +
        '  - { name: bios, power: external, firmware: bios }\n',
      { file: 'fleet.yaml' },
    );
    const { changes } = await lab.plan(without);
    expect(JSON.stringify(changes)).toContain('"path":"boot"');
  });
});
