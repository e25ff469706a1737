/**
 * The stage that a node is in, by its record, what its console said since, and what the
 * orchestrator says. Only looks: nothing is typed, kept or locked.
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
  type StoredRecord,
} from '../../model/index.js';
import { NodeWatcher } from '../../stages/index.js';
import type { Request } from '../load.js';
import { readProfile } from '../provision/profile.js';

export interface StageStatus {
  /**
   * The one that it is in, or was in last; null: it was not watched since it was started, nor
   * started by ven.
   */
  stage: string | null;
  /**
   * When that was so, ISO 8601, where the console can't be read: it may have gone on since. null:
   * it is so now, or at its end.
   */
  stageAsOf: string | null;
  outcome: NodeOutcome | null;
  /** Why it failed; null: it has not. */
  failureClass: FailureClass | null;
}

const UNKNOWN: StageStatus = { stage: null, stageAsOf: null, outcome: null, failureClass: null };

/**
 * For all consoles together, in one query. A console that says more in that time is read on in the
 * next query.
 */
const READ_MS = 2000;

/** A node under way, as far as it has been followed. */
interface Followed {
  /** Of the record that it was taken up from. */
  of: string;
  watcher: NodeWatcher;
  console: ConsoleReader | null;
  /** What the orchestrator said last. */
  told: OrchestratorHost | null;
}

/** May be asked as often as one likes: what was read before is not read again. */
export class StageQuery {
  readonly #request: Request;
  readonly #followed = new Map<string, Followed>();
  #until = 0;
  #profile: { of: string; profile: Profile } | null = null;

  constructor(request: Request) {
    this.#request = request;
  }

  /** Before each query of the fleet. */
  begin(): void {
    this.#until = performance.now() + READ_MS;
  }

  /**
   * A record of a VM that was replaced or started again, or is off half-way, says nothing. One that
   * has ended says all: it stays ready until the VM is made anew, or failed until it is started
   * anew. In between its watcher goes on here as it would in a run: with what the console said
   * since, then with what the orchestrator says (`known`). But no time passes: nothing runs out,
   * and no silence counts, while nobody watches.
   */
  see(
    { vm, record, writtenAt }: StoredRecord,
    domain: ObservedDomain | undefined,
    known: OrchestratorHost | null,
    on: { fleet: ResolvedFleet; host: Host },
  ): StageStatus {
    if (!record || record.uuid !== domain?.uuid || record.madeAnew) return UNKNOWN;
    if (record.outcome === 'ready') return seen(record, null);
    const boot = on.host.lastStart(domain.name);
    if (record.life !== undefined && boot !== null && record.life !== boot) return UNKNOWN;
    if (record.outcome === 'failed') return seen(record, null);
    if (domain.live === null) return UNKNOWN;
    const followed = this.#follow(vm, record, domain.name, on);
    const asOf = writtenAt?.toISOString() ?? null;
    if (!followed) return record.visits.length === 0 ? UNKNOWN : seen(record, asOf);
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
    return seen(watcher, isRead || isNews ? null : asOf);
  }

  close(): void {
    for (const { console } of this.#followed.values()) console?.close();
    this.#followed.clear();
  }

  /** null: by another profile, or none, than the fleet has now. */
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
    const { onboarding } = fleet.orchestrator;
    if (begun && !NodeWatcher.resumes(record.memory, profile, record.flow)) return null;
    // Of a node that was only started the beginning is read, as a run would: whose bytes these are
    // is known. Nothing of what is said is shown.
    const watcher = begun
      ? new NodeWatcher(profile, record.flow, { secrets: [], startedAt: 0, memory: record.memory })
      : new NodeWatcher(profile, onboarding, {
          secrets: [],
          startedAt: 0,
          late: true,
          fromPowerOn: true,
        });
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

  /** To the end of what was said. False: it can't be read, or there is more than time. */
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

  /** As long as the file says so. */
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

function seen(
  { visits, outcome, failure }: Pick<NodeWatcher, 'visits' | 'outcome' | 'failure'>,
  stageAsOf: string | null,
): StageStatus {
  return {
    stage: failure?.stage ?? visits.at(-1)?.stage ?? null,
    stageAsOf,
    outcome,
    failureClass: failure?.class ?? null,
  };
}
