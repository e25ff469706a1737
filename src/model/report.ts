import type { VenError } from './errors.js';
import type { HostIdentity, OrchestratorHost } from './orchestrator.js';
import type { ProvisionEvent, ProvisionResult } from './provision.js';

/** What a run of provisioning writes to a file beside its events, gathered from these. */
export interface ProvisionReport {
  emit: (event: ProvisionEvent) => void;
  /**
   * The report as it stands. Without a `result` the run has not come to its end, for the reason
   * `error` when there is one. `seconds`: how long the run has taken. Ends in a newline.
   */
  text: (end: {
    /** What the orchestrator says of the project's hosts in the end. Absent: unknown. */
    hosts?: readonly OrchestratorHost[] | undefined;
    result: ProvisionResult | null;
    error?: VenError | undefined;
    seconds: number;
  }) => string;
}

/** `vms`: the nodes that the run is about, should it end before its first event. */
export type NewProvisionReport = (fleet: string, vms: readonly HostIdentity[]) => ProvisionReport;
