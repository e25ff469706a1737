import {
  fileName,
  VenError,
  type Address,
  type Clock,
  type Credentials,
  type FailureClass,
  type OrchestratorHost,
  type Plan,
  type ProvisionEvent,
  type ProvisionResult,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import { beforehand } from './beforehand.js';
import {
  credentialsReader,
  OF_API,
  OF_ONBOARDING,
  OF_SYSTEM,
  type AskSecret,
} from './credentials.js';
import { HostsAsOne, type NodeHost } from '../hosts/as-one.js';
import { openHosts } from '../hosts/open.js';
import { loadOnHosts, type Request } from '../load.js';
import { chosenVms, failedOf, leavesOpen, type Goal } from './node-choice.js';
import { type LostNode, finishedEvent } from '../../onboarding/index.js';
import { OneClient } from './one-client.js';
import { openHost } from '../open.js';
import { osLoginStage } from './os-login.js';
import { PORTS } from '../ports.js';
import { readProfile, stageNamed } from './profile.js';
import { ReportFile, type ReportRequest } from './report.js';

export interface SessionRequest extends Request {
  /** Names or addresses; null: all VMs but those with power: off. */
  vms: readonly string[] | null;
  /** A stage's name; `ready`: the last one. */
  until: string;
  /** The limit of the whole run; null: only the stages' own limits. */
  timeoutSeconds: number | null;
  lockTimeoutSeconds: number;
  reports: readonly ReportRequest[];
  /** null: there is no terminal to ask on. */
  askSecret: AskSecret | null;
  /** Ends the wait for another run. */
  signal?: AbortSignal;
}

/** The longest time that a timer can take. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The state of a run over nodes from its first check to its end, creation of their VMs included:
 * the lock over the watch, one client of the orchestrator, the credentials, the reports, the time
 * limit.
 */
export class Session {
  readonly fleet: ResolvedFleet;
  readonly host: NodeHost;
  readonly goal: Goal;
  readonly client = new OneClient();
  /** null: the flow has none. Each is read, or asked for, once; `signal` cancels a question. */
  readonly credentials: (signal: AbortSignal) => Promise<Credentials | null>;
  /** The same for the installed system; null also when no node needs them on its way. */
  readonly osCredentials: (signal: AbortSignal) => Promise<Credentials | null>;
  readonly timeoutSeconds: number | null;
  /** Aborted when the time is up. */
  readonly timeIsUp: AbortSignal;
  result: ProvisionResult | null = null;
  /** The project's hosts after the run, for its reports. Absent: nobody knows. */
  hosts: readonly OrchestratorHost[] | undefined;

  /** null: the fleet is on one host. */
  readonly #asOne: HostsAsOne | null;
  readonly #request: SessionRequest;
  readonly #reports: readonly ReportFile[];
  readonly #clock: Clock;
  readonly #began: number;
  readonly #closed = new AbortController();
  #vms: readonly ResolvedVm[];
  #beforehand: Promise<string[]> | null = null;

  /**
   * Checks the request before anything slow is done. @throws VenError `fleet-file`, `usage`,
   * `not-found`, `host-not-ready`
   */
  constructor(request: SessionRequest, reports: readonly ReportFile[]) {
    const { timeoutSeconds, askSecret } = request;
    this.#clock = (request.ports ?? PORTS).clock;
    this.#began = this.#clock.now();
    this.#request = request;
    this.#reports = reports;
    this.fleet = loadOnHosts(request);
    this.goal = goalOf(this.fleet, request);
    this.#vms = chosenVms(this.fleet, request);
    for (const report of reports) report.about(this.fleet, this.#vms);
    this.#asOne = this.fleet.hosts
      ? new HostsAsOne(this.fleet, openHosts(this.fleet, request))
      : null;
    this.host = this.#asOne ?? openHost(this.fleet, request);
    this.host.consoles.checkAccess([]);
    const { orchestrator } = this.fleet;
    const { flow } = this.goal;
    this.credentials = credentialsReader(
      flow === 'none' ? null : (orchestrator?.credentials ?? null),
      flow === 'interactive' ? OF_ONBOARDING : OF_API,
      request,
      askSecret,
    );
    this.osCredentials = credentialsReader(
      osLoginStage(this.goal) && (orchestrator?.osCredentials ?? null),
      OF_SYSTEM,
      request,
      askSecret,
    );
    this.timeoutSeconds = timeoutSeconds;
    const up = new AbortController();
    this.timeIsUp = up.signal;
    if (timeoutSeconds === null) return;
    const over = new VenError('interrupted', { summary: `The time is up (${timeoutSeconds} s)` });
    const closed = this.#closed.signal;
    void this.#clock.sleep(Math.min(timeoutSeconds * 1000, LONGEST_MS), closed).then(() => {
      if (!closed.aborted) up.abort(over);
    });
  }

  get hasReports(): boolean {
    return this.#reports.length > 0;
  }

  get vms(): readonly ResolvedVm[] {
    return this.#vms;
  }

  /** Seconds since the session began. */
  get spentSeconds(): number {
    return (this.#clock.now() - this.#began) / 1000;
  }

  get isOver(): boolean {
    return (
      this.timeoutSeconds !== null &&
      (this.timeIsUp.aborted || this.spentSeconds >= this.timeoutSeconds)
    );
  }

  /** From now on the session is about these VMs. */
  about(addresses: readonly Address[]): void {
    const wanted = new Set(addresses);
    this.#vms = this.fleet.vms.filter(({ address }) => wanted.has(address));
    for (const report of this.#reports) report.about(this.fleet, this.#vms);
  }

  /** Its failed nodes, of these classes; no classes: all. */
  failed(classes: readonly FailureClass[]): { address: Address; isDeleted: boolean }[] {
    return failedOf(this.#vms, this.host, classes);
  }

  /**
   * Checks, before the first change of a plan, what the watch after it will need. Rejects with
   * `host-not-ready` (console logs that can't be read), and as `credentials` do.
   */
  async checkBefore(plan: Plan, signal: AbortSignal): Promise<void> {
    this.#asOne?.learn(plan);
    if (!leavesOpen(this.#vms, this.host, plan)) return;
    this.checkLogs(this.#vms);
    await this.credentials(signal);
    await this.osCredentials(signal);
  }

  /** The plan with what is to be said before its first change, for the watch after it. */
  async withWarnings(plan: Plan): Promise<Plan> {
    if (!leavesOpen(this.#vms, this.host, plan)) return plan;
    return { ...plan, warnings: [...plan.warnings, ...(await this.beforehand())] };
  }

  /** What a run over open nodes says first; found out once. */
  beforehand(): Promise<string[]> {
    return (this.#beforehand ??= beforehand(this.fleet, this.goal, this.#request));
  }

  checkLogs(vms: readonly ResolvedVm[]): void {
    this.host.consoles.checkAccess(vms.map(({ domain }) => domain));
  }

  /** Before anything is asked of the consoles, and of the nodes' boots. */
  async fetchConsoles(): Promise<void> {
    await this.host.consoles.fetch(this.#vms.map(({ domain }) => domain));
  }

  emit(event: ProvisionEvent): void {
    for (const report of this.#reports) report.emit(event);
  }

  /** For the reports of a run that ends before the watch: these nodes have failed already. */
  lose(lost: ReadonlyMap<Address, LostNode>): void {
    const now = this.#clock.now();
    for (const { address } of this.#vms) {
      const why = lost.get(address);
      if (!why) continue;
      const failure = {
        class: 'boot' as const,
        stage: this.goal.profile.stages[0]?.name ?? '',
        at: new Date(now).toISOString(),
        line: null,
        ...why,
      };
      this.emit(
        finishedEvent({ address, stage: null, visits: [], end: 'failed', failure }, 'failed', now),
      );
    }
  }

  /** Finds out which VM is where. */
  async locate(): Promise<void> {
    await this.#asOne?.locate(this.#request.signal);
  }

  async lock(): Promise<{ release: () => void }> {
    const { lockTimeoutSeconds, signal } = this.#request;
    const left =
      this.timeoutSeconds === null
        ? Infinity
        : Math.max(0, this.timeoutSeconds - this.spentSeconds);
    const waitSeconds = Math.min(lockTimeoutSeconds, left);
    return this.host.lock({ over: 'provision', waitSeconds, command: 'provision', signal });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.client.close();
  }
}

/**
 * Does the work with a session under its lock. Rejects as `Session` and the work do, and with
 * `locked`; the reports then have the error.
 */
export async function withSession<T>(
  request: SessionRequest,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const reports = request.reports.map((report) => new ReportFile(report, fileName(request.file)));
  try {
    const session = new Session(request, reports);
    try {
      const lock = await session.lock();
      try {
        await session.locate();
        await session.fetchConsoles();
        const done = await work(session);
        for (const report of reports) report.save({ result: session.result, hosts: session.hosts });
        return done;
      } finally {
        lock.release();
      }
    } finally {
      await session.close();
    }
  } catch (error) {
    const end = { result: null, ...(error instanceof VenError ? { error } : {}) };
    for (const report of reports) report.save(end);
    throw error;
  }
}

function goalOf(
  fleet: ResolvedFleet,
  request: Pick<SessionRequest, 'file' | 'env' | 'until'>,
): Goal {
  if (!fleet.orchestrator) {
    throw new VenError('usage', {
      summary: `${fileName(request.file)} has no orchestrator, so its nodes can't be onboarded`,
      hint:
        'Write in the fleet file which orchestrator the nodes boot from, and how they are ' +
        'onboarded: ' +
        'orchestrator: { domain: …, onboarding: interactive }',
    });
  }
  const { onboarding: flow } = fleet.orchestrator;
  const profile = readProfile(fleet.orchestrator.profile, request);
  return { flow, profile, until: stageNamed(profile, flow, request.until).name };
}
