/**
 * The ports of onboarding, from the host. Concurrent power-ons share the fleet's lock.
 */
import {
  VenError,
  type Clock,
  type LockRequest,
  type NodeCredentials,
  type Orchestrator,
  type ProvisionEvent,
  type ResolvedVm,
} from '../../model/index.js';
import type { NodeHost } from '../hosts/as-one.js';
import type { OnboardingPorts } from '../../onboarding/index.js';

export interface OnboardingWorld {
  host: NodeHost;
  clock: Clock;
  credentials: NodeCredentials;
  orchestrator: Orchestrator | null;
  emit: (event: ProvisionEvent) => void;
  incarnationOf: (vm: ResolvedVm) => string | null;
  /** Also ends running virsh commands; without it the end of a run waits for them. */
  hard: AbortSignal;
}

export function onboardingPorts({
  host,
  clock,
  credentials,
  orchestrator,
  emit,
  incarnationOf,
  hard,
}: OnboardingWorld): OnboardingPorts {
  const lock = new SharedLock(host, { command: 'provision', stop: hard }, (message) => {
    const time = new Date(clock.now()).toISOString();
    emit({ type: 'provision-warning', time, address: null, message });
  });
  return {
    clock,
    openConsole: ({ domain }, from) => host.consoles.follow(domain, from),
    consoleEnd: ({ domain }) => host.consoles.end(domain),
    fetchConsoles: (vms) => host.consoles.fetch(vms.map(({ domain }) => domain)),
    // The consoles last: they have what a VM said before it went off.
    powers: async (vms) => {
      const powers = await host.readPowers(
        vms.map(({ uuid }) => uuid),
        hard,
      );
      await host.consoles.fetch(vms.map(({ domain }) => domain));
      return powers;
    },
    bootOf: (vm) => {
      const [boot, incarnation] = [host.lastStart(vm.domain), incarnationOf(vm)];
      return {
        ...(boot === null ? {} : { life: boot }),
        ...(incarnation === null ? {} : { making: incarnation }),
      };
    },
    powerOn: async ({ uuid, domain }, signal) => {
      await lock.hold(signal, (locked) => locked.startDomain(uuid));
      await host.consoles.fetch([domain]);
    },
    type: ({ uuid }, text, wanted, signal) => host.consoles.type({ uuid, text, wanted, signal }),
    orchestrator,
    credentials,
    records: host.state.records.openRun(),
    emit,
  };
}

type Held = Awaited<ReturnType<NodeHost['lock']>>;

/** The fleet's lock, held once for all concurrent power-ons. */
class SharedLock {
  readonly #host: NodeHost;
  readonly #request: LockRequest;
  readonly #warn: (message: string) => void;
  #held: Promise<Held> | null = null;
  #holders = 0;

  constructor(host: NodeHost, request: LockRequest, warn: (message: string) => void) {
    this.#host = host;
    this.#request = request;
    this.#warn = warn;
  }

  async hold(signal: AbortSignal, work: (locked: NodeHost) => Promise<void>): Promise<void> {
    this.#holders += 1;
    try {
      this.#held ??= this.#acquire(signal);
      const { host } = await this.#held;
      await work(host);
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

  async #acquire(signal: AbortSignal): Promise<Held> {
    try {
      return await this.#host.lock({ ...this.#request, signal });
    } catch (error) {
      if (!(error instanceof VenError) || error.code !== 'locked') throw error;
      if (!signal.aborted) this.#warn(`${error.summary}: waiting for it before the next power-on`);
      return this.#host.lock({ ...this.#request, signal, waitSeconds: Infinity });
    }
  }
}
