import type { Emit, Host, Orchestrator, Render, ResolvedFleet } from '../model/index.js';

/** All that a run needs from outside. */
export interface ApplyPorts {
  host: Host;
  render: Render;
  fleet: ResolvedFleet;
  /** null: the plan has no steps for it. */
  orchestrator: Pick<
    Orchestrator,
    'register' | 'unregister' | 'createLocalAccount' | 'setProvider'
  > | null;
  /** Gets every event in order. What it throws does not disturb the run; see `viewFault`. */
  emit: Emit;
  clock: { now(): Date };
  /**
   * `bringUps`: the most programs that the backend may run at once. `calls`: how many other steps
   * may run at once. At least one each.
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
