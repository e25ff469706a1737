import { loadFleet } from '../config/index.js';
import { VenError, type Host, type HostFinding, type ResolvedFleet } from '../model/index.js';
import { place } from '../placement/index.js';
import { unfinishedNetworks, unfinishedNotices } from '../plan/index.js';
import { openHosts } from './hosts/open.js';
import { surveyHosts } from './hosts/survey.js';
import { loadOnHosts, onHost, type Request } from './load.js';
import { openHost } from './open.js';
import { answerFindings } from './orchestrator/answers.js';
import type { PlanPart } from './planned.js';
import { unseenReady } from './provision/os-login.js';

/**
 * The fleet to check for when there is no fleet file yet: one edge node with all defaults.
 */
const ONE_VM = 'apiVersion: ven/v1\nfleet: doctor\nvms: [{ name: edge }]\n';

/**
 * Checks whether this host is ready for the fleet, with fixes. Never rejects for a finding. Takes a
 * few seconds: it tries KVM. `file` null: for one VM with all defaults.
 */
export async function doctor({
  file,
  ...request
}: Omit<Request, 'file'> & { file: string | null }): Promise<HostFinding[]> {
  const { env } = request;
  const fleet =
    file === null
      ? onHost(loadFleet(ONE_VM, { file: 'doctor', env }), request, 'doctor')
      : loadOnHosts({ ...request, file });
  const [found, answers] = await Promise.all([
    fleet.hosts === undefined
      ? findingsOf(openHost(fleet, request), fleet)
      : findingsOfHosts(fleet, request),
    answerFindings(fleet, request),
  ]);
  const unseen = file === null ? null : unseenReady(fleet, { ...request, file });
  const blind = unseen ? [{ check: 'orchestrator', level: 'warning' as const, ...unseen }] : [];
  return [...found, ...answers, ...blind];
}

async function findingsOf(host: Host, fleet: ResolvedFleet): Promise<HostFinding[]> {
  const unfinished = await unfinishedOf(host, fleet);
  const checks = { probe: true, bringUp: true };
  const found = await host.findings(withoutNetworks(fleet, unfinished), checks);
  const left = unfinished.map(({ message, fix }): HostFinding => ({
    ...{ check: 'network', level: 'warning', message, fix },
  }));
  return [...found, ...left];
}

/** Of all hosts at once, each for the VMs that it has or would get, with its name. */
async function findingsOfHosts(
  fleet: ResolvedFleet,
  request: Pick<Request, 'env' | 'ports' | 'waiting'>,
): Promise<HostFinding[]> {
  const hosts = openHosts(fleet, request);
  const seen = await surveyHosts(hosts, fleet);
  const { placed, refused } = place(fleet, seen);
  const hostOf = new Map(placed.map(({ address, host }) => [address, host]));
  const each = await Promise.all(
    hosts.map(async ({ name, host, share }): Promise<HostFinding[]> => {
      const away = seen.find((one) => one.name === name)?.away;
      const here = fleet.vms.filter(({ address }) => hostOf.get(address) === name);
      const fix = away?.hint ?? 'See whether the machine is up';
      const found: HostFinding[] = away
        ? [{ check: 'libvirt', level: 'missing', message: `it is away: ${away.summary}`, fix }]
        : await findingsOf(host, share(here));
      return found.map((finding) => ({ ...finding, message: `${name}: ${finding.message}` }));
    }),
  );
  const nowhere = refused.map(({ summary, detail, hint }): HostFinding => ({
    ...{ check: 'placement', level: 'missing', fix: hint },
    message: detail === undefined ? summary : `${summary}: ${detail.replaceAll('\n', '; ')}`,
  }));
  return [...each.flat(), ...nowhere];
}

/** A host that can't be looked at has none; the findings say why. */
async function unfinishedOf(
  host: Host,
  fleet: ResolvedFleet,
): Promise<ReturnType<typeof unfinishedNotices>> {
  try {
    const state = await host.observe(fleet);
    return unfinishedNotices(fleet, unfinishedNetworks(state).values());
  } catch (error) {
    if (error instanceof VenError) return [];
    throw error;
  }
}

/** To start such a network by hand would leave its VMs cut off. */
function withoutNetworks(
  fleet: ResolvedFleet,
  unfinished: readonly { network: string }[],
): ResolvedFleet {
  const names = new Set(unfinished.map(({ network }) => network));
  return {
    ...fleet,
    networks: fleet.networks.filter(({ libvirtName }) => !names.has(libvirtName)),
  };
}

/**
 * The part of `doctor` that an apply needs: the quick checks of each host, for the VMs that it
 * changes there. Rejects with `host-not-ready`, all findings at once.
 */
export async function checkHostsAreReady(
  parts: readonly PlanPart[],
  graceful: AbortSignal,
): Promise<void> {
  const found = await Promise.all(
    parts.map(async (part) => {
      const missing = await missingFor(part, graceful);
      if (part.name === null) return missing;
      return missing.map((each) => ({ ...each, message: `${part.name}: ${each.message}` }));
    }),
  );
  const missing = found.flat();
  if (missing.length === 0) return;
  throw new VenError('host-not-ready', {
    summary:
      'The host is not ready: ' +
      `${missing.length === 1 ? 'one thing is' : `${missing.length} things are`} missing. ` +
      'Nothing was changed.',
    detail: missing.map(({ message, fix }) => `${message}\n  ${fix}`).join('\n'),
    hint: 'ven doctor shows all checks',
  });
}

async function missingFor(
  { host, fleet, plan, state }: PlanPart,
  graceful: AbortSignal,
): Promise<HostFinding[]> {
  if (plan.steps.length === 0) return [];
  const bringUp = plan.steps.some(({ kind }) => kind === 'vm-up');
  // The plan itself starts a network that another run stopped, or waits until it is started.
  const started = new Set(
    plan.steps.flatMap((step) =>
      (step.kind === 'network-boot' && step.start) || step.kind === 'network-settle'
        ? [step.address]
        : [],
    ),
  );
  const changed = new Set(plan.changes.map(({ address }) => address));
  const refused = new Set(plan.refused.map(({ address }) => address));
  const wanted = {
    ...fleet,
    vms: fleet.vms.filter(({ address }) => changed.has(address)),
    networks: fleet.networks.filter(
      ({ address }) => !started.has(address) && !refused.has(address),
    ),
  };
  const checks = { probe: false, bringUp, seen: state, stop: graceful };
  return (await host.findings(wanted, checks)).filter(({ level }) => level === 'missing');
}
