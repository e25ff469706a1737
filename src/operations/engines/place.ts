/** Where a fleet runs, as an apply needs it: on libvirt hosts, or in a cluster. */
import type { ApplyPorts } from '../../apply/index.js';
import type {
  Journal,
  LockRequest,
  Plan,
  PlanOptions,
  ReadSecret,
  ResolvedFleet,
  RunEvent,
  SeenProvider,
} from '../../model/index.js';
import type { Request } from '../load.js';

export interface Place {
  /** As plans name it. */
  readonly uri: string;
  lock(request: LockRequest): Promise<{ place: HeldPlace; release: () => void }>;
}

/** For who holds the fleet's lock. */
export interface HeldPlace {
  /** Ends what a killed run left running. */
  endLeftovers(): Promise<void>;
  look(options: PlanOptions, look: Look): Promise<Seen>;
}

export interface Look {
  stop: AbortSignal;
  /** Asks for the project's provider. */
  provider: () => Promise<SeenProvider>;
}

/** A plan, and what it takes to run it. */
export interface Seen {
  plan: Plan;
  /** Rejects with `host-not-ready`, all that is missing at once. */
  checkIsReady(graceful: AbortSignal): Promise<void>;
  /** What its steps are done with. */
  ports(): Pick<ApplyPorts, 'host' | 'fleet' | 'hosts' | 'objects'>;
  openJournal(): Journal;
  /** Brings the nodes' records up to date with what a run does. */
  keepRecords(): Promise<(event: RunEvent) => void>;
  /** Leaves what a person works with beside ven. */
  keepFolders(): void;
  /** Of a fleet that is destroyed, only the logs are still of use; with `purge` not even these. */
  tidy(purge: boolean): Promise<'deleted' | 'left' | undefined>;
}

export type OpenPlace = (
  fleet: ResolvedFleet,
  request: Request,
  readSecret?: ReadSecret,
) => Promise<Place>;
