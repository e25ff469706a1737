/** The ports of a test: a host in memory, and where it is wanted the stand-in's API. */
import { openFleetState } from '../../../src/host/state/fleet-state.js';
import { workFolder } from '../../../src/host/state/work-folder.js';
import { PORTS, type Ports } from '../../../src/operations/ports.js';
import type { Clock, Host } from '../../../src/model/index.js';
import { openOrchestrator } from '../../../src/orchestrator/index.js';

/** `host` is asked for each time that one is opened. */
export function portsOf(host: Ports['openHost'], more: Partial<Ports> = {}): Ports {
  const checkAnswers = (): Promise<void> => Promise.resolve();
  return { ...PORTS, openHost: host, checkAnswers, ...more };
}

/** A fleet file names no port: an orchestrator is on 443, which needs root. */
export function onPort(port: () => number): Ports['openOrchestrator'] {
  return (options) =>
    openOrchestrator({ ...options, domain: `${options.domain}:${String(port())}` });
}

/** The work folder of the fleet `lab`, for tests of what is on the disk. */
export function stateIn(folder: string): { workDir: string; state: Host['state'] } {
  const env = { XDG_STATE_HOME: folder };
  const workDir = workFolder({ uri: 'qemu:///system', fleet: 'lab', env });
  return { workDir, state: openFleetState(workDir) };
}

/** Longer than a look at the nodes, and shorter than any time limit of a test. */
const SHORT_MS = 250;

/** A time that stands still until a test moves it on; only short sleeps end by themselves, after no time at all. */
export class StillClock implements Clock {
  #now = Date.now();
  readonly #sleepers = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const wake of this.#sleepers) wake();
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds < SHORT_MS) return new Promise((resolve) => setTimeout(resolve, 5));
    const until = this.#now + milliseconds;
    return new Promise((resolve) => {
      const look = (): void => {
        if (!signal.aborted && this.#now < until) return;
        this.#sleepers.delete(look);
        signal.removeEventListener('abort', look);
        resolve();
      };
      this.#sleepers.add(look);
      signal.addEventListener('abort', look);
      look();
    });
  }
}
