/** Whether a VM can be moved from one host to another as it is, checked before anything is done. */
import { mayBeOn, place } from '../../placement/index.js';
import { makePlan } from '../../plan/index.js';
import {
  beneath,
  isMediaVolume,
  isOwnedBy,
  VenError,
  volumeKey,
  type HostState,
  type ObservedDomain,
  type Owned,
  type PlanOptions,
  type Refusal,
  type Render,
  type ResolvedFleet,
  type ResolvedVm,
  type SeenHost,
} from '../../model/index.js';

/** A host with a fleet's share: for the target, with the VM. */
export interface MoveEnd {
  name: string;
  share: ResolvedFleet;
  state: HostState;
}

/** For a shell: how the other commands name the fleet. */
export type Words = (...more: readonly string[]) => string;

/** The VM's domain where it is. @throws VenError `cannot-move`, or why it must stay */
export function checkSource(
  vm: ResolvedVm,
  { name, share, state }: MoveEnd,
  render: Render,
  words: Words,
): Owned<ObservedDomain> {
  const { address } = vm;
  const domain = state.domains.filter((each) => isOwnedBy(share, each)).find(isFor(vm));
  if (!domain)
    throw new VenError('foreign-object', {
      where: address,
      summary: `the domain in its place on ${name} is not ven's`,
      hint: `See what it is: virsh -c ${state.uri} dumpxml ${vm.uuid}`,
    });
  const { mark, power, persistent, saved, config } = domain;
  const off = `Switch it off: ven power off ${vm.name} ${words()}`;
  if (power !== 'off' || !persistent)
    throw cannot(
      `it is ${power === 'off' ? 'not defined' : power} on ${name}, and only a VM that is off is ` +
        'moved (live migration is not built)',
      off,
    );
  if (saved !== undefined)
    throw cannot(
      'its memory is saved, and would be lost',
      `Start it and shut it down: ven power on ${vm.name} ${words()}`,
    );
  const apply = `Apply first: ven apply ${words('--target', address)}`;
  if (!mark.ready) throw cannot('it is half-made: its apply was interrupted, or failed', apply);
  const here = share.vms.find(isFor(vm));
  if (here?.digest !== mark.digest)
    throw cannot('it is not as the fleet file says: the file was changed and not applied', apply);
  if (config.bmc !== undefined)
    throw cannot(
      'its BMC has changed what it boots from, or has an image in its drive',
      'Eject the image and clear the boot override through the BMC',
    );
  checkDevices(domain, state);
  checkRefusals(vm, makePlan(share, state, optionsFor(vm, 'destroy'), render).refused);
  return domain;
}

/** @throws VenError `wrong-host`, `no-room`, or what is in its way there */
export function checkTarget(
  vm: ResolvedVm,
  { name, share, state }: MoveEnd,
  { fleet, seen, render }: { fleet: ResolvedFleet; seen: readonly SeenHost[]; render: Render },
): ResolvedVm {
  const { address, placement } = vm;
  const host = fleet.hosts?.find((each) => each.name === name);
  if (placement && host && !mayBeOn(placement, host))
    throw new VenError('wrong-host', {
      where: address,
      summary: `the fleet file does not let it be on ${name}`,
      hint: `Change its \`host\` or \`placement\` so that ${name} is allowed, then move it.`,
    });
  const asked = { ...placement, strategy: 'spread' as const, hosts: [name] };
  const vms = fleet.vms.map((each) => (isFor(vm)(each) ? { ...each, placement: asked } : each));
  const without = seen.map((each) =>
    each.survey === null
      ? each
      : { ...each, survey: { ...each.survey, domains: each.survey.domains.filter(isNot(vm)) } },
  );
  checkRefusals(vm, place({ ...fleet, vms }, without).refused);
  checkRefusals(vm, makePlan(share, state, optionsFor(vm, 'apply'), render).refused);
  const there = share.vms.find(isFor(vm));
  if (!there) throw new RangeError(`the share of ${name} lacks ${address}`);
  return there;
}

/** What is not ven's would stay behind, or its data with it. */
function checkDevices({ mark, config }: Owned<ObservedDomain>, state: HostState): void {
  const own = new Set(mark.volumes.map(volumeKey));
  const paths = new Set(
    state.volumes.filter((volume) => own.has(volumeKey(volume))).map(({ path }) => path),
  );
  for (const { device, path, volume, target } of config.disks) {
    if (device === 'cdrom' && path === null) continue;
    const isOwn = volume ? own.has(volumeKey(volume)) : path !== null && paths.has(path);
    if (!isOwn)
      throw cannot(
        `its disk ${target} (${path ?? 'none'}) is not ven's, and would not come along`,
        'Take it away (virsh detach-disk), or merge its snapshot (virsh blockcommit)',
      );
    const [lower] = path === null ? [] : beneath(path, state.backing);
    if (lower !== undefined)
      throw cannot(
        `its disk ${target} stands on ${lower}, which would not come along`,
        'Make it stand alone: qemu-img rebase -b "" on its host',
      );
  }
  const macs = new Set(mark.nics.map((mac) => mac.toLowerCase()));
  const other = config.nics.find(({ mac }) => !macs.has(mac.toLowerCase()));
  if (other)
    throw cannot(
      `its NIC ${other.mac} is not ven's, and would not come along`,
      'Take it away: virsh detach-interface',
    );
  const there = new Set(state.volumes.map(volumeKey));
  const gone = mark.volumes.find((ref) => !isMediaVolume(ref) && !there.has(volumeKey(ref)));
  if (gone)
    throw cannot(
      `its volume ${gone.volume} in pool ${gone.pool} is gone`,
      'Put it back, or apply first: that makes an empty one',
    );
}

function optionsFor({ address }: ResolvedVm, mode: PlanOptions['mode']): PlanOptions {
  const nothing = { excludes: [], replace: [], keepDisks: false, allowDeleteAll: true };
  return { mode, targets: [address], ...nothing, leaveOff: true };
}

/** Protection is about disks that would be lost: they are not. */
function checkRefusals({ address }: ResolvedVm, refused: readonly Refusal[]): void {
  const found = refused.find((each) => each.address === address && each.code !== 'protected');
  if (!found) return;
  const { code, summary, detail, hint } = found;
  throw new VenError(code, { where: address, summary, detail, hint });
}

function cannot(summary: string, hint: string): VenError {
  return new VenError('cannot-move', { summary, hint });
}

function isFor({ uuid }: Pick<ResolvedVm, 'uuid'>): (each: { uuid: string }) => boolean {
  return (each) => each.uuid === uuid;
}

function isNot({ uuid }: Pick<ResolvedVm, 'uuid'>): (each: { uuid: string }) => boolean {
  return (each) => each.uuid !== uuid;
}
