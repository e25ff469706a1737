import {
  VenError,
  type Address,
  type OnboardingFlow,
  type Orchestrator,
  type OrchestratorHost,
  type ProvisionEvent,
  type ProvisionResult,
} from '../../model/index.js';
import type { Interrupt } from '../apply.js';
import { wordsOf, type Request } from '../load.js';
import { incarnationOf } from './incarnation.js';
import { nodesOf, recordsOf, type MissingVms } from './node-choice.js';
import { driveNodes, type DrivenNode, type LostNode } from '../../onboarding/index.js';
import { onboardingPorts } from './onboarding-host.js';
import { PORTS } from '../ports.js';
import { apiOf, statusCredentials } from '../orchestrator/api.js';
import { withSession, type Session, type SessionRequest } from './session.js';

export interface Watch extends Request {
  /** The most nodes under way at the same time; null: no limit. */
  maxConcurrent: number | null;
  /** The shortest time between two power-ons. */
  staggerSeconds: number;
  emit: (event: ProvisionEvent) => void;
  interrupt: Interrupt;
}

export type ProvisionRequest = Watch & Omit<SessionRequest, 'signal'>;

/** `viewFault`: the first error of `emit`, which does not stop a run. */
export interface Provisioned {
  result: ProvisionResult;
  viewFault?: unknown;
}

/**
 * Onboards a fleet's nodes and watches them until each is ready, or failed. Resumes an earlier run
 * from the records and the consoles' logs. Holds a lock of its own throughout, and the fleet's only
 * while it powers nodes on.
 *
 * Rejects before anything is done: `fleet-file` (the profile, too) · `usage` (a stage, a secret) ·
 * `locked` · `not-found` (a named VM does not exist, or none does) · `host-not-ready` (console logs
 * that can't be read) · `orchestrator-refused`, `orchestrator-unreachable`.
 */
export function provision(request: ProvisionRequest): Promise<Provisioned> {
  const missing = request.vms === null ? 'all-refused' : 'refused';
  return withSession({ ...request, signal: request.interrupt.graceful }, (session) =>
    watch(session, request, { missing }),
  );
}

/**
 * The same for the nodes of a session, after their VMs were created. `lost`: those that could not
 * be created.
 */
export function provisionCreated(
  session: Session,
  request: Watch,
  lost: ReadonlyMap<Address, LostNode>,
): Promise<Provisioned> {
  return watch(session, request, { lost, missing: session.isOver ? 'waiting' : 'failed' });
}

/** The longest wait for what is only told. */
const HOSTS_MS = 10_000;

interface Absent {
  lost?: ReadonlyMap<Address, LostNode>;
  missing: MissingVms;
}

async function watch(
  session: Session,
  request: Watch,
  { lost = new Map(), missing }: Absent,
): Promise<Provisioned> {
  const { fleet, host, goal, vms } = session;
  const { interrupt } = request;
  const words = wordsOf(request);
  const records = recordsOf(vms, host);
  const state = vms.length === 0 ? null : await host.observe(fleet);
  const nodes = state
    ? nodesOf(vms, { fleet, host, words, goal, state, records, lost, missing })
    : [];
  const open = session.isOver ? [] : nodes.filter(isOpen);
  session.checkLogs(open.map(({ vm }) => vm));
  const asking = AbortSignal.any([interrupt.graceful, session.timeIsUp]);
  const credentials = open.length > 0 ? await inTime(session, session.credentials(asking)) : null;
  const osCredentials =
    open.length > 0 ? await inTime(session, session.osCredentials(asking)) : null;
  // The user may have been asked for the run's own credentials.
  const apiCredentials =
    goal.flow === 'non-interactive'
      ? credentials
      : credentials && fleet.orchestrator && statusCredentials(fleet.orchestrator, request);
  const api =
    apiCredentials && (await session.client.get(() => apiOf(fleet, request, apiCredentials)));
  if (api && goal.flow === 'non-interactive')
    await inTime(session, session.client.checkProject(asking));
  const warnings = [
    ...records.flatMap(({ damage }) => damage ?? []),
    ...(open.length > 0 ? await session.beforehand() : []),
  ];
  const known =
    api &&
    (await inTime(
      session,
      knownHosts(api, goal.flow, { signal: asking, warn: (message) => warnings.push(message) }),
    ));
  const journal = host.state.openJournal();
  const faults: unknown[] = [];
  const emit = (event: ProvisionEvent): void => {
    // The console's log holds all output of a node already.
    if (event.type !== 'node-output') journal.write(event);
    try {
      session.emit(event);
      request.emit(event);
    } catch (error) {
      faults.push(error);
    }
  };
  try {
    session.result = await driveNodes({
      run: journal.run,
      fleet: fleet.name,
      words,
      host: fleet.host.uri,
      ...goal,
      nodes,
      limits: {
        maxConcurrent: request.maxConcurrent ?? Infinity,
        staggerSeconds: request.staggerSeconds,
      },
      timeoutSeconds: session.timeoutSeconds,
      spentSeconds: session.spentSeconds,
      known,
      ports: onboardingPorts({
        host,
        clock: (request.ports ?? PORTS).clock,
        credentials: {
          ...credentials,
          ...(osCredentials && {
            'os-username': osCredentials.username,
            'os-password': osCredentials.password,
          }),
        },
        orchestrator: api,
        emit,
        incarnationOf: (vm) => state && incarnationOf(vm, state, host),
        hard: interrupt.hard,
      }),
      warnings,
      signal: interrupt.graceful,
    });
    if (api && session.hasReports && session.result.outcome !== 'interrupted')
      session.hosts = await hostsAfter(api);
    return { result: session.result, ...(faults.length === 0 ? {} : { viewFault: faults[0] }) };
  } finally {
    journal.close();
  }
}

/** A run has ended, whether the orchestrator answers or not. */
async function hostsAfter(
  api: Pick<Orchestrator, 'hosts'>,
): Promise<readonly OrchestratorHost[] | undefined> {
  try {
    return await api.hosts(AbortSignal.timeout(HOSTS_MS));
  } catch (error) {
    if (error instanceof VenError) return undefined;
    throw error;
  }
}

/** null: the time was up first. */
async function inTime<T>(session: Session, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (session.isOver && error instanceof VenError && error.code === 'interrupted') return null;
    throw error;
  }
}

/** Its console will be watched. */
function isOpen({ record, lost }: DrivenNode): boolean {
  return !lost && (record === null || record.outcome === 'under-way');
}

/**
 * What the orchestrator knows already: registered hosts, and statuses of nodes' former boots. It
 * must answer only when it has to register nodes.
 */
async function knownHosts(
  api: Pick<Orchestrator, 'hosts'>,
  flow: OnboardingFlow,
  { signal, warn }: { signal: AbortSignal; warn: (message: string) => void },
): Promise<OrchestratorHost[] | null> {
  try {
    return await api.hosts(signal);
  } catch (error) {
    if (flow === 'non-interactive' || !(error instanceof VenError) || signal.aborted) throw error;
    warn(`The orchestrator does not list its hosts: ${error.summary}`);
    return null;
  }
}
