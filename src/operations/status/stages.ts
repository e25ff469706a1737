/**
 * The stage of a node, from its record, the console output since, and the orchestrator's statuses.
 * Read only: types nothing, writes nothing, takes no lock.
 */
import {
  VenError,
  type ConsoleReader,
  type FailureClass,
  type Host,
  type NodeOutcome,
  type NodeRecord,
  type ObservedDomain,
  type OrchestratorHost,
  type Profile,
  type ResolvedFleet,
  type ResolvedVm,
  type StoredRecord,
} from '../../model/index.js';
import { NodeWatcher } from '../../stages/index.js';
import type { Request } from '../load.js';
import { readProfile } from '../provision/profile.js';

export interface StageStatus {
  /**
   * The present or last stage; null: the node was neither started by ven nor watched since its
   * start.
   */
  stage: string | null;
  /** Its name for people. */
  stageTitle: string | null;
  /**
   * The time of that stage, ISO 8601, when the console can't be read: the node may be further by
   * now. null: it is current, or final.
   */
  stageAsOf: string | null;
  outcome: NodeOutcome | null;
  /** Why it failed; null: it has not. */
  failureClass: FailureClass | null;
}

/** Of a node that nobody knows anything of. */
export const UNKNOWN: StageStatus = {
  stage: null,
  stageTitle: null,
  stageAsOf: null,
  outcome: null,
  failureClass: null,
};

/**
 * The limit for all consoles together in one query. The next query reads on.
 */
const READ_MS = 2000;

/** A node under way, and how far its console was read. */
interface Followed {
  /** Identifies the record that it was resumed from. */
  of: string;
  watcher: NodeWatcher;
  console: ConsoleReader | null;
  /** The orchestrator's last answer. */
  told: OrchestratorHost | null;
}

/** Can be asked at any rate: earlier output is not read again. */
export class StageQuery {
  readonly #request: Request;
  readonly #followed = new Map<string, Followed>();
  #until = 0;
  #profile: { of: string; profile: Profile } | null = null;

  constructor(request: Request) {
    this.#request = request;
  }

  /** Before each query of a host: these of its VMs have records. */
  async begin({ consoles }: Host, vms: readonly ResolvedVm[]): Promise<void> {
    try {
      await consoles.fetch(vms.map(({ domain }) => domain));
    } catch (error) {
      // Then the stages are those of the records.
      if (!(error instanceof VenError)) throw error;
    }
    this.#until = performance.now() + READ_MS;
  }

  /**
   * A record does not count if its VM was replaced or restarted, or is off before it was ready. A
   * final record is the answer: ready until the VM is recreated, failed until it is restarted. In
   * between the watcher goes on as in a run: with the console output since, then with the
   * orchestrator's status (`known`). But time does not count: there are no timeouts without a
   * run.
   */
  stageOf(
    { vm, record, writtenAt }: StoredRecord,
    domain: ObservedDomain | undefined,
    known: OrchestratorHost | null,
    on: { fleet: ResolvedFleet; host: Host },
  ): StageStatus {
    if (!record || record.uuid !== domain?.uuid || record.madeAnew) return UNKNOWN;
    if (record.outcome === 'ready') return stageStatus(record, null);
    const boot = on.host.lastStart(domain.name);
    if (record.life !== undefined && boot !== null && record.life !== boot) return UNKNOWN;
    if (record.outcome === 'failed') return stageStatus(record, null);
    if (domain.live === null) return UNKNOWN;
    const followed = this.#follow(vm, record, domain.name, on);
    const asOf = writtenAt?.toISOString() ?? null;
    if (!followed) return record.visits.length === 0 ? UNKNOWN : stageStatus(record, asOf);
    const isRead = this.#read(followed);
    const before = followed.watcher.stage;
    if (known !== null && known !== followed.told) {
      followed.told = known;
      const provisioningStatus = known.instance?.provisioningStatus ?? '';
      followed.watcher.take({
        kind: 'orchestrator',
        at: 0,
        hostStatus: known.hostStatus,
        provisioningStatus,
      });
    }
    const { watcher } = followed;
    const isNews = watcher.stage !== before || watcher.outcome !== 'under-way';
    if (!isRead && !isNews && record.visits.length === 0) return UNKNOWN;
    return stageStatus(watcher, isRead || isNews ? null : asOf);
  }

  close(): void {
    for (const { console } of this.#followed.values()) console?.close();
    this.#followed.clear();
  }

  /** null: the record is of another profile than the fleet has now. */
  #follow(
    vm: string,
    record: NodeRecord,
    domain: string,
    { fleet, host }: { fleet: ResolvedFleet; host: Host },
  ): Followed | null {
    const of = JSON.stringify([record, fleet.orchestrator?.profile]);
    const known = this.#followed.get(vm);
    if (known?.of === of) return known;
    known?.console?.close();
    this.#followed.delete(vm);
    const profile = this.#profileOf(fleet);
    if (!profile || !fleet.orchestrator) return null;
    const begun = record.visits.length > 0;
    const { onboarding, osCredentials } = fleet.orchestrator;
    if (begun && !NodeWatcher.resumes(record.memory, profile, record.flow)) return null;
    // A node that was only started is read from the beginning, as in a run. No output is shown
    // here, so no secrets are passed.
    const seen = { secrets: [], startedAt: 0, osLogin: osCredentials !== null };
    const watcher = begun
      ? new NodeWatcher(profile, record.flow, { ...seen, memory: record.memory })
      : new NodeWatcher(profile, onboarding, { ...seen, late: true, fromPowerOn: true });
    const { log } = record;
    let console: ConsoleReader | null = null;
    try {
      console = log && host.consoles.follow(domain, log);
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
    }
    const followed = { of, watcher, console, told: null };
    this.#followed.set(vm, followed);
    return followed;
  }

  /** Reads to the end of the log. False: it can't be read, or the time is up. */
  #read({ watcher, console }: Followed): boolean {
    try {
      while (console !== null && performance.now() < this.#until) {
        const pieces = console.read();
        if (pieces.length === 0 || watcher.outcome !== 'under-way') return true;
        for (const { bytes } of pieces) watcher.take({ kind: 'console', at: 0, bytes, late: true });
      }
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
    }
    return false;
  }

  /** Read again only when the fleet file names another profile. */
  #profileOf({ orchestrator }: ResolvedFleet): Profile | null {
    if (!orchestrator) return null;
    const of = JSON.stringify(orchestrator.profile);
    try {
      this.#profile =
        this.#profile?.of === of
          ? this.#profile
          : { of, profile: readProfile(orchestrator.profile, this.#request) };
      return this.#profile.profile;
    } catch (error) {
      if (error instanceof VenError) return null;
      throw error;
    }
  }
}

function stageStatus(
  { visits, outcome, failure }: Pick<NodeWatcher, 'visits' | 'outcome' | 'failure'>,
  stageAsOf: string | null,
): StageStatus {
  const stage = failure?.stage ?? visits.at(-1)?.stage ?? null;
  return {
    stage,
    stageTitle: visits.findLast((visit) => visit.stage === stage)?.title ?? stage,
    stageAsOf,
    outcome,
    failureClass: failure?.class ?? null,
  };
}
