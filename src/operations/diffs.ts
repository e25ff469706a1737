import { needsFirmware } from '../apply/index.js';
import { createRender } from '../libvirt/index.js';
import {
  isOwnedBy,
  markFor,
  usesSecureBoot,
  VenError,
  type Host,
  type HostFirmware,
  type HostState,
  type Plan,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';

/** One rendered file before and after; empty where it does not exist. */
export interface RenderedDiff {
  address: string;
  /** A name to show: `domain.xml`. */
  file: string;
  before: string;
  after: string;
}

/**
 * What `plan --diff` shows: libvirt's own XML before, and the text that apply would define.
 * Firmware that the host lacks is shown as libvirt's choice: apply refuses it.
 */
export async function renderedDiffs(
  plan: Plan,
  fleet: ResolvedFleet,
  state: HostState,
  host: Host,
): Promise<RenderedDiff[]> {
  const firmwares = new Map<string, Promise<HostFirmware>>();
  const firmwareOf = async ({ firmware, nvram }: ResolvedVm): Promise<HostFirmware | null> => {
    if (firmware === 'bios') return null;
    const ownKeys = nvram?.keys !== undefined;
    const key = JSON.stringify([firmware, ownKeys]);
    const asked = firmwares.get(key) ?? host.firmware(firmware, { template: ownKeys, ownKeys });
    firmwares.set(key, asked);
    try {
      return await asked;
    } catch (error) {
      if (error instanceof VenError && error.code === 'host-not-ready')
        return { by: 'libvirt', secure: usesSecureBoot(firmware) };
      throw error;
    }
  };
  const render = createRender();
  const diffs: RenderedDiff[] = [];
  const add = (address: string, file: string, before: string, after: string): void => {
    if (before !== after) diffs.push({ address, file, before, after });
  };
  const xmlOf = (vm: ResolvedVm): string =>
    state.domains.filter((domain) => isOwnedBy(fleet, domain)).find(({ uuid }) => uuid === vm.uuid)
      ?.xml ?? '';
  for (const step of plan.steps) {
    if (step.kind === 'network-create') {
      add(step.address, 'network.xml', '', render.network(step.network, fleet.name));
    } else if (step.kind === 'network-update' && step.fields.length > 0) {
      const before = await host.readNetwork(step.uuid);
      const after = render.patchNetwork(before, step.network, fleet.name, step.fields);
      add(step.address, 'network.xml', before, after);
    } else if (step.kind === 'network-boot') {
      const before = await host.readNetwork(step.uuid);
      const after = render.bootNetwork(
        before,
        { fleet: fleet.name, network: step.network },
        step.bootUrl,
      );
      if (after !== before) add(step.address, 'network.xml', before, after);
    } else if (step.kind === 'vm-up') {
      add(
        step.address,
        'domain.xml',
        xmlOf(step.vm),
        render.domain(
          step.vm,
          { accelerator: shownAccelerator(step.vm), firmware: await firmwareOf(step.vm) },
          markFor(fleet, step.vm, false),
        ),
      );
    } else if (step.kind === 'vm-define' && step.fields.length > 0) {
      const before = xmlOf(step.vm);
      add(
        step.address,
        'domain.xml',
        before,
        render.patchDomain(
          before,
          step.vm,
          step.fields,
          step.fields.some(needsFirmware) ? await firmwareOf(step.vm) : null,
        ),
      );
    }
  }
  return diffs;
}

/**
 * The host decides `auto` when the VM is created; a text that is shown before that shows KVM.
 */
export function shownAccelerator(vm: ResolvedVm): 'kvm' | 'qemu' {
  return vm.accelerator === 'auto' ? 'kvm' : vm.accelerator;
}
