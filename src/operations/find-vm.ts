import { didYouMean } from '../config/index.js';
import { commandLine } from '../host/index.js';
import {
  fileName,
  VenError,
  isOwnedBy,
  type Host,
  type HostState,
  type ObservedDomain,
  type Owned,
  type ResolvedFleet,
  type ResolvedVm,
  venCommand,
} from '../model/index.js';
import { shareWith } from './hosts/locate.js';
import { lookAt } from './hosts/look.js';
import { loadOnHosts, wordsOf, type Request } from './load.js';
import { openHost } from './open.js';
import { openFleet } from './planned.js';

/** So many names are listed. */
const MOST = 8;

/** A request about one VM. */
export interface VmRequest extends Request {
  /** Its name, or its address: `edge-1`, `vm.edge-1`. */
  vm: string;
}

/** A VM of the fleet file, or one that has left it (`power` is null). */
export interface KnownVm extends Pick<ResolvedVm, 'name' | 'address' | 'domain' | 'uuid'> {
  power: ResolvedVm['power'] | null;
  graphics: ResolvedVm['graphics'] | null;
  firmware: ResolvedVm['firmware'] | null;
}

/**
 * In a fleet on several hosts, `fleet` is the share of the host that has the VM.
 * @throws VenError `not-found`, with a suggestion, or as `shareWith`
 */
export async function findVm(
  request: VmRequest,
): Promise<{ fleet: ResolvedFleet; vm: ResolvedVm }> {
  checkIsVm(request);
  const whole = loadOnHosts(request);
  const vm = vmNamed(whole, request.vm, request.file);
  if (whole.hosts === undefined) return { fleet: whole, vm };
  const fleet = await shareWith(whole, vm, request);
  return { fleet, vm: vmNamed(fleet, request.vm, request.file) };
}

/** The same, also for a VM that only the host still has. */
export async function findKnownVm(
  request: VmRequest,
): Promise<{ fleet: ResolvedFleet; vm: KnownVm }> {
  checkIsVm(request);
  const whole = loadOnHosts(request);
  const [found] = await knownOnHosts(whole, [request.vm], request);
  if (found === undefined) throw new RangeError('a VM is found, or it is said why not');
  return found;
}

/** By their names or addresses, each with the fleet, or the share of the host that has it. */
export async function knownOnHosts(
  whole: ResolvedFleet,
  words: readonly string[],
  request: Request,
): Promise<{ fleet: ResolvedFleet; vm: KnownVm }[]> {
  if (whole.hosts === undefined) {
    const vms = await knownVms(whole, words, request);
    return vms.map((vm) => ({ fleet: whole, vm }));
  }
  const named = words.map((word) => whole.vms.find(isNamed(word)));
  if (named.every((vm) => vm !== undefined)) {
    return Promise.all(
      named.map(async (vm) => ({ fleet: await shareWith(whole, vm, request), vm })),
    );
  }
  const { parts } = await lookAt(openFleet(whole, request));
  const known = parts.flatMap(({ fleet, state }) =>
    [...fleet.vms, ...leftDomains(fleet, state).map(knownVm)].map((vm) => ({ fleet, vm })),
  );
  const vms = [...known.map(({ vm }) => vm), ...whole.vms];
  return words.map((word) => {
    const vm = vmNamed({ vms }, word, request.file);
    return { fleet: known.find((each) => each.vm === vm)?.fleet ?? whole, vm };
  });
}

/**
 * By their names or addresses. The host is asked only for a name that the fleet file does not have.
 * Rejects with `not-found`, with a suggestion.
 */
export async function knownVms(
  fleet: ResolvedFleet,
  words: readonly string[],
  request: Request,
): Promise<KnownVm[]> {
  const named = (vms: readonly KnownVm[]): KnownVm[] =>
    words.map((word) => vmNamed({ vms }, word, request.file));
  try {
    return named(fleet.vms);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const state = await openHost(fleet, request)
      .observe(fleet)
      .catch((silent: unknown) => {
        throw silent instanceof VenError ? error : silent;
      });
    return named([...fleet.vms, ...leftDomains(fleet, state).map(knownVm)]);
  }
}

/** One VM by its name or address, also of those that have left the file. @throws VenError */
export function namedAmong(
  { vms }: ResolvedFleet,
  left: readonly Owned<ObservedDomain>[],
  word: string,
  file: string,
): KnownVm {
  return vmNamed({ vms: [...vms, ...left.map(knownVm)] }, word, file);
}

/** The fleet's domains that the fleet file no longer has. */
export function leftDomains(fleet: ResolvedFleet, { domains }: HostState): Owned<ObservedDomain>[] {
  const uuids = new Set(fleet.vms.map(({ uuid }) => uuid));
  return domains
    .filter((domain) => isOwnedBy(fleet, domain))
    .filter(({ uuid }) => !uuids.has(uuid));
}

function knownVm({ name: domain, uuid, mark: { vm: name } }: Owned<ObservedDomain>): KnownVm {
  return { name, address: `vm.${name}`, domain, uuid, power: null, graphics: null, firmware: null };
}

function checkIsVm(request: VmRequest): void {
  if (/\.ya?ml$/.test(request.vm)) {
    throw new VenError('usage', {
      summary: `${JSON.stringify(request.vm)} is a fleet file, not a VM`,
      hint: `The VM comes first, then the fleet file: edge-1 ${commandLine(request.vm, [])}`,
    });
  }
}

const isNamed =
  (wanted: string) =>
  ({ name, address }: Pick<ResolvedVm, 'name' | 'address'>): boolean =>
    name === wanted || address === wanted;

/**
 * By its name or its address. @throws VenError `not-found`, with a suggestion.
 */
export function vmNamed<Vm extends Pick<ResolvedVm, 'name' | 'address'>>(
  { vms }: { vms: readonly Vm[] },
  wanted: string,
  file: string,
): Vm {
  const found = vms.find(isNamed(wanted));
  if (found) return found;
  const names = vms.map(({ name }) => name);
  const word = wanted.replace(/^vm\./, '');
  // As `count` numbers them.
  const numbered = names.filter((name) => name.replace(/-\d+$/, '') === word && name !== word);
  throw new VenError('not-found', {
    summary: `There is no VM ${JSON.stringify(wanted)} in ${fileName(file)}`,
    hint:
      numbered.length > 1
        ? `${word} stands for ${numbered.length} VMs: ${shortened(numbered)}.`
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
): Promise<{ host: Host; vm: KnownVm; live: NonNullable<ObservedDomain['live']> }> {
  const { fleet, vm } = await findKnownVm(request);
  const host = openHost(fleet, request);
  const state = await host.observe(fleet);
  const domain = state.domains
    .filter((each) => isOwnedBy(fleet, each))
    .find(({ uuid }) => uuid === vm.uuid);
  if (!domain) {
    throw new VenError('not-found', {
      where: vm.address,
      summary: `the VM does not exist on ${fleet.host.uri}`,
      hint: `Create it: ${venCommand('apply', wordsOf(request))}`,
    });
  }
  if (!domain.live) {
    throw new VenError('not-running', {
      where: vm.address,
      summary: domain.power === 'crashed' ? 'the VM has crashed' : 'the VM is off',
      hint:
        `${vm.power === 'off' ? 'The fleet file says power: off. ' : ''}Start it: ` +
        `${startOf(vm, request)}; its output so far: ` +
        venCommand('logs', vm.name, wordsOf(request)),
    });
  }
  return { host, vm, live: domain.live };
}

/** An apply would delete one that has left the file. */
function startOf({ name, power }: KnownVm, request: Request): string {
  return power === null
    ? venCommand('power on', name, wordsOf(request))
    : venCommand('apply', wordsOf(request));
}
