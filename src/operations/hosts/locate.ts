/** On which of several hosts a VM is. */
import { deletionOf, VenError, type ResolvedFleet, type ResolvedVm } from '../../model/index.js';
import { mayBeOn } from '../../placement/index.js';
import type { Request } from '../load.js';
import { openHosts } from './open.js';
import { surveyHosts } from './survey.js';

/**
 * The share of the host that has the VM. @throws VenError `not-found` when no host has it,
 * `host-not-ready` when one that may have it is away, `on-two-hosts`
 */
export async function shareWith(
  fleet: ResolvedFleet,
  { uuid, address, placement = { strategy: 'spread' } }: ResolvedVm,
  request: Request,
): Promise<ResolvedFleet> {
  const hosts = openHosts(fleet, request);
  const seen = await surveyHosts(hosts, fleet);
  const uuidsOn = new Map(
    seen.map(({ name, survey }) => [
      name,
      new Set(survey?.domains.map((domain) => domain.uuid) ?? []),
    ]),
  );
  const having = hosts.filter(({ name }) => uuidsOn.get(name)?.has(uuid));
  const [found, other] = having;
  if (other) {
    throw new VenError('on-two-hosts', {
      where: address,
      summary: `the VM is on ${having.map(({ name }) => name).join(' and on ')}`,
      hint: deletionOf(
        address,
        having.map(({ name }) => name),
      ),
    });
  }
  if (found) {
    const uuids = uuidsOn.get(found.name);
    return found.share(fleet.vms.filter((vm) => uuids?.has(vm.uuid)));
  }
  const away = seen.find(
    ({ name, survey }) =>
      survey === null &&
      hosts.some((each) => each.name === name && mayBeOn(placement, each.settings)),
  );
  if (away?.away) {
    throw new VenError('host-not-ready', {
      where: address,
      summary: `the VM may be on ${away.name}, which is away: ${away.away.summary}`,
      hint: away.away.hint ?? 'See the hosts: ven hosts',
    });
  }
  throw new VenError('not-found', {
    where: address,
    summary: `the VM does not exist on ${hosts.map(({ name }) => name).join(', ')}`,
    hint: 'Create it: ven apply',
  });
}
