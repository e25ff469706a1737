import { didYouMean } from '../config/index.js';
import {
  fileName,
  VenError,
  isOwnedBy,
  type Host,
  type ObservedDomain,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import { loadOnHost, wordsOf, type Request } from './load.js';
import { openHost } from './open.js';

/** So many names are listed. */
const MOST = 8;

/** A request about one VM. */
export interface VmRequest extends Request {
  /** Its name, or its address: `edge-1`, `vm.edge-1`. */
  vm: string;
}

/** @throws VenError `not-found`, with a suggestion. */
export function findVm(request: VmRequest): { fleet: ResolvedFleet; vm: ResolvedVm } {
  if (/\.ya?ml$/.test(request.vm)) {
    throw new VenError('usage', {
      summary: `${JSON.stringify(request.vm)} is a fleet file, not a VM`,
      hint: `The VM comes first, then the fleet file: edge-1 ${wordsOf({ file: request.vm })}`,
    });
  }
  const fleet = loadOnHost(request);
  return { fleet, vm: vmNamed(fleet, request.vm, request.file) };
}

/**
 * By its name or its address. @throws VenError `not-found`, with a suggestion.
 */
export function vmNamed<Vm extends Pick<ResolvedVm, 'name' | 'address'>>(
  { vms }: { vms: readonly Vm[] },
  wanted: string,
  file: string,
): Vm {
  const found = vms.find(({ name, address }) => name === wanted || address === wanted);
  if (found) return found;
  const names = vms.map(({ name }) => name);
  const word = wanted.replace(/^vm\./, '');
  // As `count` numbers them.
  const numbered = names.filter((name) => name.replace(/-\d+$/, '') === word && name !== word);
  throw new VenError('not-found', {
    summary: `There is no VM ${JSON.stringify(wanted)} in ${fileName(file)}`,
    hint:
      numbered.length > 1
        ? `${word} are ${numbered.length} VMs: ${shortened(numbered)}.`
        : didYouMean(word, names),
  });
}

function shortened(names: readonly string[]): string {
  const [first, last] = [names[0] ?? '', names.at(-1) ?? ''];
  return names.length > MOST ? `${first} to ${last}` : names.join(', ');
}

/**
 * The running VM. @throws VenError `not-found` when it does not exist, `not-running` when it is
 * off, or libvirt's error.
 */
export async function findRunningVm(
  request: VmRequest,
): Promise<{ host: Host; vm: ResolvedVm; live: NonNullable<ObservedDomain['live']> }> {
  const { fleet, vm } = findVm(request);
  const host = openHost(fleet, request);
  const state = await host.observe(fleet);
  const domain = state.domains.find((each) => each.uuid === vm.uuid && isOwnedBy(fleet, each));
  if (!domain) {
    throw new VenError('not-found', {
      where: vm.address,
      summary: `the VM does not exist on ${fleet.host.uri}`,
      hint: `Create it: ven apply ${wordsOf(request)}`,
    });
  }
  if (!domain.live) {
    throw new VenError('not-running', {
      where: vm.address,
      summary: domain.power === 'crashed' ? 'the VM has crashed' : 'the VM is off',
      hint:
        `${vm.power === 'off' ? 'The fleet file says power: off. ' : ''}Start it: ven apply ` +
        `${wordsOf(request)}; its output so far: ven logs ${vm.name} ${wordsOf(request)}`,
    });
  }
  return { host, vm, live: domain.live };
}
