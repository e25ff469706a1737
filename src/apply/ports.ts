import type { Emit, Host, Objects, Orchestrator, Render, ResolvedFleet } from '../model/index.js';

/** One host, and the fleet as it is there. */
export interface HostPorts {
  host: Host;
  fleet: ResolvedFleet;
}

/** All that a run needs from outside. `host` and `fleet`: of steps that name no host. */
export interface ApplyPorts extends Omit<HostPorts, 'host'> {
  /** null: the plan has steps for a cluster only. */
  host: Host | null;
  /** Absent: the plan has no steps for a cluster. */
  objects?: Objects | undefined;
  /** By the names in steps (`Step.onHost`); absent: the plan is for one host. */
  hosts?: ReadonlyMap<string, HostPorts> | undefined;
  render: Render;
  /** null: the plan has no steps for it. */
  orchestrator: Pick<
    Orchestrator,
    'register' | 'unregister' | 'createLocalAccount' | 'setProvider'
  > | null;
  /** Gets every event in order. What it throws does not disturb the run; see `viewFault`. */
  emit: Emit;
  clock: { now(): Date };
  /**
   * On each host. `bringUps`: the most programs that the backend may run at once. `calls`: how many
   * other steps may run at once. At least one each.
   */
  parallelism: { bringUps: number; calls: number };
  /**
   * `graceful`: start nothing new, let what runs finish. `hard`: stop the children, too.
   * Neither undoes anything.
   */
  interrupt: { graceful: AbortSignal; hard: AbortSignal };
  runId: string;
  command: 'apply' | 'destroy';
  /** Told once, after the run's last event, of the first thing that `emit` threw. */
  viewFault?: ((error: unknown) => void) | undefined;
}
