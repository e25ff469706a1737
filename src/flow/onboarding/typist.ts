import { VenError, type NodeEffect, type ResolvedVm } from '../../model/index.js';
import type { OnboardingPorts } from './ports.js';

type TypeEffect = Extract<NodeEffect, { kind: 'type' }>;

export interface TypistOptions {
  vm: ResolvedVm;
  ports: Pick<OnboardingPorts, 'type' | 'clock' | 'credentials' | 'emit'>;
  warn: (message: string) => void;
  signal: AbortSignal;
  /** Called just before this is typed: from now on it may be echoed. */
  echo: (text: string) => void;
}

const AGAIN_MS = 3000;
/** For what libvirt refuses. Somebody else at the console is waited for as long as it takes. */
const ATTEMPTS = 3;

/** Answers one node's prompts, one after another. */
export class Typist {
  #fault: { error: unknown } | null = null;
  readonly #options: TypistOptions;
  readonly #stop = new AbortController();
  #last: Promise<void> = Promise.resolve();

  constructor(options: TypistOptions) {
    this.#options = options;
  }

  type(effect: TypeEffect): void {
    this.#last = this.#last
      .then(() => this.#answer(effect))
      .catch((error: unknown) => {
        this.#fault ??= { error };
      });
  }

  /** Nothing more is typed. */
  stop(): void {
    this.#stop.abort();
  }

  /** Of a bug: nobody waits for what is typed. */
  throwFault(): void {
    if (this.#fault) throw this.#fault.error;
  }

  async #answer({ send, stage, prompt }: TypeEffect): Promise<void> {
    const { vm, ports, warn, echo } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#stop.signal]);
    const text = send.kind === 'text' ? send.text : ports.credentials?.[send.credential];
    if (text === undefined) {
      warn(`asks for a ${send.kind === 'credential' ? send.credential : 'text'}, and there is none: the flow has no credentials`);
      return;
    }
    for (let failed = 0; !signal.aborted;) {
      try {
        if (send.kind === 'credential') echo(text);
        if ((await ports.type(vm, text, signal)) === 'typed') {
          ports.emit({ type: 'node-answered', time: new Date(ports.clock.now()).toISOString(), address: vm.address, stage, prompt });
          return;
        }
        warn('its console is in use by somebody else, and it waits for an answer: leave it (Ctrl-])');
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof VenError)) throw error;
        warn(`could not be answered: ${error.summary}`);
        failed += 1;
        if (failed >= ATTEMPTS) return;
      }
      await ports.clock.sleep(AGAIN_MS, signal);
    }
  }
}
