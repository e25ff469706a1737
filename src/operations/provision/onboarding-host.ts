/** The world as it is: consoles from libvirt's logs, power through virsh, records in the work folder, the time. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  acquireLock,
  consoleEnd,
  ConsoleFollower,
  lastStart,
  openNodeRecords,
  readPowers,
  typeOnConsole,
  type Lock,
  type LockRequest,
} from '../../host/index.js';
import {
  VenError,
  type Credentials,
  type Host,
  type Orchestrator,
  type ProvisionEvent,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { Request } from '../load.js';
import type { OnboardingPorts } from '../../onboarding/index.js';

export interface OnHost {
  fleet: ResolvedFleet;
  /** The host whose children hold this lock on, also when they outlive the run. */
  hostUnder: (lock: Lock) => Host;
  workDir: string;
  env: Request['env'];
  credentials: Credentials | null;
  orchestrator: Orchestrator | null;
  emit: (event: ProvisionEvent) => void;
  makingOf: (vm: ResolvedVm) => string | null;
  /** Also ends what virsh is at work on, which the end of a run waits for otherwise. */
  hard: AbortSignal;
}

export function portsOnHost({
  fleet,
  hostUnder,
  workDir,
  env,
  credentials,
  orchestrator,
  emit,
  makingOf,
  hard,
}: OnHost): OnboardingPorts {
  const { uri } = fleet.host;
  const now = (): number => Date.now();
  const lock = new SharedLock({ uri, fleet: fleet.name, command: 'provision', env }, (message) => {
    emit({
      type: 'provision-warning',
      time: new Date(now()).toISOString(),
      address: null,
      message,
    });
  });
  return {
    clock: {
      now,
      sleep: (milliseconds, signal) =>
        pause(milliseconds, undefined, { signal }).catch(() => undefined),
    },
    openConsole: ({ domain }, from) => new ConsoleFollower({ uri, domain, from }),
    consoleEnd: ({ domain }) => consoleEnd({ uri, domain }),
    powers: (uuids) => readPowers({ uri, env, signal: hard }, uuids),
    life: (vm) => {
      const [life, making] = [lastStart({ domain: vm.domain }), makingOf(vm)];
      return { ...(life === null ? {} : { life }), ...(making === null ? {} : { making }) };
    },
    powerOn: ({ uuid }, signal) => lock.hold(signal, (held) => hostUnder(held).startDomain(uuid)),
    type: ({ uuid }, text, wanted, signal) =>
      typeOnConsole({ uri, uuid, text, wanted, env, signal }),
    orchestrator,
    credentials,
    records: openNodeRecords(workDir),
    emit,
  };
}

/** The fleet's lock, held once for all that is powered on at the same time. */
class SharedLock {
  readonly #request: LockRequest;
  readonly #warn: (message: string) => void;
  #held: Promise<Lock> | null = null;
  #holders = 0;

  constructor(request: LockRequest, warn: (message: string) => void) {
    this.#request = request;
    this.#warn = warn;
  }

  async hold(signal: AbortSignal, work: (held: Lock) => Promise<void>): Promise<void> {
    this.#holders += 1;
    try {
      this.#held ??= this.#acquire(signal);
      await work(await this.#held);
    } finally {
      this.#holders -= 1;
      if (this.#holders === 0) {
        const held = this.#held;
        this.#held = null;
        await held?.then(
          (lock) => {
            lock.release();
          },
          () => undefined,
        );
      }
    }
  }

  async #acquire(signal: AbortSignal): Promise<Lock> {
    try {
      return await acquireLock({ ...this.#request, signal });
    } catch (error) {
      if (!(error instanceof VenError) || error.code !== 'locked') throw error;
      if (!signal.aborted) this.#warn(`${error.summary}: waiting for it before the next power-on`);
      return acquireLock({ ...this.#request, signal, waitSeconds: Infinity });
    }
  }
}
