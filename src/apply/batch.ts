import { VenError } from '../model/index.js';
import { bringUpOf, nvramTemplateOf, type ExecutePorts, type UpStep } from './execute.js';
import { tooLate } from './faults.js';

export interface BatchPorts extends ExecutePorts {
  /** What this host can do, tried once a run. `announce` gets the finding, if this call is the one that made it. */
  accelerator(announce: (line: string) => void): Promise<'kvm' | 'qemu'>;
}

export interface BatchListener {
  output(step: UpStep, line: string): void;
  /** Exactly once for each step. null: done. */
  settled(step: UpStep, error: unknown): void;
}

/** A vagrant process that does not end after all its VMs have settled is stopped after this long. */
const LINGER_MS = 30_000;
/** Stopped, it has this long to be gone before the run goes on without it. */
const ABANDON_MS = 10_000;

/**
 * Brings VMs up with one vagrant process; never rejects, and resolves when the process is gone (or given up).
 * The VMs of a process take turns, so a VM's time limit counts from the last moment any of them settled:
 * what runs out is patience with a batch that does not move. When it has run out for all, the process is stopped.
 * Aborting `controller` stops it, too; what has not settled by then fails with the abort's reason.
 */
export async function runBatch(
  steps: readonly UpStep[],
  ports: BatchPorts,
  listener: BatchListener,
  controller: AbortController,
): Promise<void> {
  const { signal } = controller;
  if (signal.aborted) {
    for (const step of steps) listener.settled(step, signal.reason);
    return;
  }
  const open = new Map(steps.map((step) => [step.vm.name, step]));
  let movedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let abandonTimer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    const idle = performance.now() - movedAt;
    const soonest = Math.min(...[...open.values()].map((step) => step.timeoutSeconds * 1000));
    timer = setTimeout(expire, Math.min(Math.max(soonest - idle, 1), 2 ** 31 - 1));
  };
  const settle = (step: UpStep, error: unknown): void => {
    if (!open.delete(step.vm.name)) return;
    if (open.size === 0) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        controller.abort(
          new VenError('tool-failed', { summary: 'vagrant did not end after its VMs were done' }),
        );
      }, LINGER_MS);
    }
    listener.settled(step, error);
  };
  const expire = (): void => {
    const idle = performance.now() - movedAt;
    const late = [...open.values()].filter((step) => idle >= step.timeoutSeconds * 1000);
    for (const step of late) settle(step, tooLate(step, step.timeoutSeconds));
    if (open.size > 0) arm();
    else controller.abort(new VenError('tool-failed', { summary: 'vagrant took too long' }));
  };

  const prepare = async (step: UpStep) => {
    const { accelerator } = step.vm;
    const chosen =
      accelerator === 'auto'
        ? await ports.accelerator((line) => {
            listener.output(step, line);
          })
        : accelerator;
    return bringUpOf(
      step.vm,
      { accelerator: chosen, firmware: await ports.firmware(step.vm) },
      ports,
      await nvramTemplateOf(step.vm, ports),
    );
  };
  const work = async (): Promise<void> => {
    const prepared = await Promise.all(
      steps.map((step) =>
        prepare(step).catch((error: unknown) => {
          settle(step, error);
          return null;
        }),
      ),
    );
    const batch = prepared.filter((vm) => vm !== null).filter(({ name }) => open.has(name));
    if (batch.length === 0 || signal.aborted) return;
    await ports.host.bringUp(
      batch,
      (name, line) => {
        const step = open.get(name);
        if (step) listener.output(step, line);
      },
      (result) => {
        const step = open.get(result.name);
        if (!step) return;
        movedAt = performance.now();
        settle(step, result.ok ? null : result.error);
      },
      signal,
    );
  };

  arm();
  const abandoned = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => (abandonTimer = setTimeout(resolve, ABANDON_MS)), {
      once: true,
    });
  });
  let failure: unknown;
  await Promise.race([work().catch((error: unknown) => (failure = error)), abandoned]);
  for (const step of [...open.values()]) {
    const unknown = () =>
      new Error(`vagrant ended without saying what became of ${step.vm.address}`);
    settle(step, signal.aborted ? signal.reason : (failure ?? unknown()));
  }
  clearTimeout(timer);
  clearTimeout(abandonTimer);
}
