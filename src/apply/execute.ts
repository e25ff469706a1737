import {
  GOOD_LINK,
  impairmentOf,
  isIgnored,
  markFor,
  VenError,
  type BringUp,
  type DomainMark,
  type Host,
  type HostFirmware,
  type HostChoice,
  type NvramContents,
  type Objects,
  type Render,
  type ResolvedFleet,
  type ResolvedVm,
  type Step,
  type VolumeRef,
} from '../model/index.js';
import type { ApplyPorts } from './ports.js';

export type UpStep = Extract<Step, { kind: 'vm-up' }>;
/** A step that is done by calls to the cluster. */
export type ObjectStep = Extract<
  Step,
  { kind: 'objects-apply' | 'objects-delete' | 'object-restart' }
>;
/** A step that is done by calls to the host. The backend does `vm-up`. */
export type CallStep = Exclude<Step, UpStep | ObjectStep>;

export interface ExecutePorts {
  host: Host;
  render: Render;
  orchestrator: ApplyPorts['orchestrator'];
  fleet: Pick<ResolvedFleet, 'name' | 'file' | 'orchestrator' | 'secureBootKeys'>;
  /** See `HostAnswers.firmware`. */
  firmware(vm: ResolvedVm, template?: boolean): Promise<HostFirmware | null>;
}

/**
 * Does one step. Each call to the host is idempotent, and so is the step. Makes no further call
 * once `signal` is aborted; a call that is under way ends by itself. Rejects with what the host or
 * the renderer threw. `tell` gets what a person should know nevertheless.
 */
export async function executeStep(
  step: CallStep,
  ports: ExecutePorts,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const { host, render, fleet } = ports;
  switch (step.kind) {
    case 'pool-ensure':
      return host.ensurePool(step.pool);
    case 'network-create':
      return createNetwork(step, ports, signal, tell);
    case 'network-start':
      return host.startNetwork(step.uuid);
    case 'network-stop':
      return host.stopNetwork(step.uuid);
    case 'network-update': {
      if (step.entries.length > 0) await host.updateNetwork(step.uuid, step.entries);
      if (step.fields.length === 0) return;
      signal.throwIfAborted();
      const current = await host.readNetwork(step.uuid);
      signal.throwIfAborted();
      // The new mark comes last: until then the network still counts as changed.
      return host.defineNetwork(
        render.patchNetwork(current, step.network, fleet.name, step.fields),
      );
    }
    case 'network-delete':
      return host.deleteNetwork(step.uuid);
    case 'network-boot': {
      const user = { fleet: fleet.name, network: step.network };
      return host.redefineNetwork(step.uuid, {
        user,
        patch: (current) => render.bootNetwork(current, user, step.bootUrl),
        start: step.start,
        tell,
      });
    }
    case 'network-settle':
      return host.settleNetwork(step.uuid, { fleet: fleet.name, tell });
    case 'vm-delete':
      return host.deleteDomain(step.uuid, step.volumes);
    case 'vm-register':
      await known(ports.orchestrator, step).register(step.host, signal);
      return;
    case 'vm-unregister':
      return unregister(step, known(ports.orchestrator, step), signal, tell);
    case 'provider-set':
      return setProvider(step, known(ports.orchestrator, step), signal);
    case 'vm-volumes':
      // The mark comes first: so a new volume is owned before it exists, and found after a kill.
      await host.markDomain(step.vm.uuid, step.mark);
      for (const ref of step.create) {
        signal.throwIfAborted();
        await createMarked(host, step, ref, render.volume(diskOf(step.vm, ref)));
      }
      for (const { ref, target, bytes, running } of step.grow) {
        signal.throwIfAborted();
        await host.growVolume(ref, bytes, running ? { uuid: step.vm.uuid, target } : null);
      }
      return;
    case 'vm-nvram': {
      const { xml, content } = render.nvram(
        step.ref,
        await readTemplate(step.vm, ports),
        contentsFor(step.vm, fleet),
      );
      signal.throwIfAborted();
      if (step.make) await createMarked(host, step, step.ref, xml);
      signal.throwIfAborted();
      return host.holdDomain(step.vm.uuid, async (held) => {
        // What a BMC has written there is lost: it is written again.
        const waiting = render.overrideWaits(await held.readDomain(step.vm.uuid));
        if (waiting !== null) await held.defineDomain(waiting);
        signal.throwIfAborted();
        await checkOff(held, step.vm);
        return held.fillVolume(step.ref, content);
      });
    }
    case 'vm-define': {
      const firmware = step.fields.some(needsFirmware) ? await ports.firmware(step.vm) : null;
      return host.holdDomain(step.vm.uuid, async (held) => {
        const current = await held.readDomain(step.vm.uuid);
        signal.throwIfAborted();
        return held.defineDomain(render.patchDomain(current, step.vm, step.fields, firmware));
      });
    }
    case 'vm-password':
      return host.setGraphicsPassword(step.uuid, step.password);
    case 'vm-nics':
      for (const mac of step.macs) {
        signal.throwIfAborted();
        await host.updateNic(step.vm.uuid, render.nic(step.vm, mac), nicChange(step.vm, mac));
      }
      return;
    case 'vm-reattach':
      return host.reattachNics(
        step.vm.uuid,
        step.macs.map((mac) => render.nic(step.vm, mac)),
      );
    case 'vm-stop':
      return host.stopDomain(step.uuid, step.graceSeconds);
    case 'vm-start':
      return host.startDomain(step.uuid);
    case 'vm-settings':
      for (const field of step.fields) {
        signal.throwIfAborted();
        if (field === 'autostart') await host.setAutostart(step.vm.uuid, step.vm.autostart);
        else await host.setTitle(step.vm.uuid, step.vm.title, step.vm.description);
      }
      return;
    case 'vm-ready':
      return host.markDomain(step.uuid, step.mark);
  }
}

export function isObjectStep(step: Step): step is ObjectStep {
  return ['objects-apply', 'objects-delete', 'object-restart'].includes(step.kind);
}

/** The same for a step about objects of a cluster. */
export async function executeObjectStep(
  step: ObjectStep,
  objects: Objects,
  signal: AbortSignal,
): Promise<void> {
  if (step.kind === 'object-restart') return objects.restart(step.vm);
  if (step.kind === 'objects-apply')
    for (const object of step.objects) {
      signal.throwIfAborted();
      await objects.apply(object);
    }
  else
    for (const object of step.objects) {
      signal.throwIfAborted();
      await objects.delete(object, signal);
    }
}

/** What of a NIC is to be as the fleet file says: not what the VM ignores. */
function nicChange(vm: ResolvedVm, mac: string): Parameters<Host['updateNic']>[2] {
  const { link = GOOD_LINK } = vm.nics.find((nic) => nic.mac === mac) ?? {};
  return {
    place: !isIgnored(vm, `nics.${mac}.network`),
    impairment: isIgnored(vm, `nics.${mac}.link`) ? null : impairmentOf(link),
  };
}

/** Where the subnet is open and the first one is in use by now, the next one is taken. */
async function createNetwork(
  { network }: Extract<Step, { kind: 'network-create' }>,
  { host, render, fleet }: ExecutePorts,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  let wanted = network;
  for (const place of [...(network.otherwise ?? []), null]) {
    try {
      return await host.createNetwork(wanted.uuid, render.network(wanted, fleet.name));
    } catch (error) {
      if (place === null || !(error instanceof VenError) || error.code !== 'subnet-taken')
        throw error;
      signal.throwIfAborted();
      tell(`${wanted.subnet.cidr} is in use by now, so it takes ${place.subnet.cidr}`);
      wanted = { ...wanted, ...place };
    }
  }
}

function known<T>(orchestrator: T | null, { id }: Step): T {
  if (orchestrator === null) throw new Error(`${id} has no orchestrator to ask`);
  return orchestrator;
}

async function setProvider(
  { settings, account }: Extract<Step, { kind: 'provider-set' }>,
  orchestrator: NonNullable<ApplyPorts['orchestrator']>,
  signal: AbortSignal,
): Promise<void> {
  const created = account && (await orchestrator.createLocalAccount(account, signal));
  signal.throwIfAborted();
  await orchestrator.setProvider(
    { ...settings, ...(created && { defaultLocalAccount: created.id }) },
    signal,
  );
}

async function unregister(
  { address, host }: Extract<Step, { kind: 'vm-unregister' }>,
  orchestrator: NonNullable<ApplyPorts['orchestrator']>,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  try {
    await orchestrator.unregister(host, signal);
  } catch (error) {
    if (!(error instanceof VenError) || error.code === 'interrupted') throw error;
    // None of this VM's is there, then.
    if (error.code === 'foreign-object') {
      tell(error.summary);
      return;
    }
    throw new VenError(error.code, {
      summary:
        `the orchestrator's host (serial number ${host.serialNumber}) is not removed, ` +
        'and so the VM is left as it is',
      detail: [error.summary, error.detail].filter(Boolean).join('\n'),
      hint: [
        error.hint,
        'Then run the same again. ' +
          'To go on without the orchestrator: orchestrator.removeHosts: false',
      ]
        .filter(Boolean)
        .join(' '),
      where: address,
    });
  }
}

/** A VM as the backend needs it; `accelerator` is asked where the VM leaves it open. */
export async function prepareVm(
  vm: ResolvedVm,
  ports: ExecutePorts,
  accelerator: () => Promise<'kvm' | 'qemu'>,
): Promise<BringUp> {
  const chosen = vm.accelerator === 'auto' ? await accelerator() : vm.accelerator;
  return bringUpOf(
    vm,
    { accelerator: chosen, firmware: await ports.firmware(vm) },
    ports,
    vm.nvram === null ? null : await readTemplate(vm, ports),
  );
}

/**
 * Everything a backend needs for one VM. Its mark says not ready: the `vm-ready` step says it is.
 * `nvramTemplate`: for a VM whose firmware variables ven makes; null leaves them out.
 */
export function bringUpOf(
  vm: ResolvedVm,
  on: HostChoice,
  { render, fleet }: Pick<ExecutePorts, 'render' | 'fleet'>,
  nvramTemplate: Uint8Array | null,
): BringUp {
  const disks = vm.disks.map((disk) => ({
    pool: disk.pool,
    volume: disk.volume,
    xml: render.volume(disk),
  }));
  return {
    name: vm.name,
    domain: vm.domain,
    uuid: vm.uuid,
    domainXml: render.domain(vm, on, markFor(fleet, vm, false)),
    volumes:
      vm.nvram === null || nvramTemplate === null
        ? disks
        : [...disks, render.nvram(vm.nvram, nvramTemplate, contentsFor(vm, fleet))],
    start: vm.power === 'running',
    memoryMiB: Math.ceil(vm.memoryKiB / 1024),
    cpus: vm.cpus,
  };
}

/** A BMC, or a person, may have started it meanwhile. @throws VenError `host-not-ready` */
async function checkOff(host: Host, { uuid, domain, address }: ResolvedVm): Promise<void> {
  const power = (await host.readPowers([uuid])).get(uuid)?.power;
  if (power === 'off') return;
  throw new VenError('host-not-ready', {
    where: address,
    summary: `${domain} is not off, so its firmware's variables can't be written`,
    hint: 'Run ven apply again when the VM is off',
  });
}

async function readTemplate(
  vm: ResolvedVm,
  { host, firmware }: Pick<ExecutePorts, 'host' | 'firmware'>,
): Promise<Uint8Array> {
  const found = await firmware(vm, true);
  if (found?.by !== 'files') throw new Error(`${vm.address} has no firmware with a template`);
  return host.readNvramTemplate(found.nvramTemplate.path);
}

/** Fields of `vm-define` that `Host.firmware` must be asked for. */
export function needsFirmware(field: string): boolean {
  return field === 'firmware' || field === 'loader';
}

function contentsFor(
  { nvram }: ResolvedVm,
  { orchestrator, secureBootKeys }: ExecutePorts['fleet'],
): NvramContents {
  const keys = nvram?.keys === undefined ? null : secureBootKeys[nvram.keys];
  // Without them the vendor's would be taken.
  if (keys === undefined)
    throw new Error(`the fleet has no keys for secure boot with the digest ${nvram?.keys}`);
  return { caCertificates: orchestrator?.caCertificates ?? [], keys };
}

/** A volume that the mark names already. */
async function createMarked(
  host: Host,
  { vm, mark }: { vm: ResolvedVm; mark: DomainMark },
  ref: VolumeRef,
  xml: string,
): Promise<void> {
  try {
    await host.createVolume(ref.pool, ref.volume, xml);
  } catch (error) {
    // Somebody's, whatever it is: what a mark lists is deleted with the VM.
    if (error instanceof VenError && error.code === 'foreign-object')
      await host.markDomain(vm.uuid, without(mark, ref));
    throw error;
  }
}

function without(mark: DomainMark, ref: VolumeRef): DomainMark {
  return {
    ...mark,
    volumes: mark.volumes.filter(({ pool, volume }) => pool !== ref.pool || volume !== ref.volume),
  };
}

function diskOf(vm: ResolvedVm, ref: VolumeRef): ResolvedVm['disks'][number] {
  const disk = vm.disks.find(({ pool, volume }) => pool === ref.pool && volume === ref.volume);
  if (!disk)
    throw new Error(
      `the plan wants volume ${ref.volume} in pool ${ref.pool}, which is no disk of ${vm.address}`,
    );
  return disk;
}
