import {
  VenError,
  type NodeCredentials,
  type NodeEffect,
  type ResolvedVm,
} from '../model/index.js';
import type { OnboardingPorts } from './ports.js';

type TypeEffect = Extract<NodeEffect, { kind: 'type' }>;
/** The watcher's `standing`. */
type Standing = () => 'asked' | 'written-on' | 'over';

export interface ConsoleWriterOptions {
  vm: ResolvedVm;
  ports: Pick<OnboardingPorts, 'type' | 'clock' | 'credentials' | 'emit'>;
  warn: (message: string) => void;
  signal: AbortSignal;
  /** Called just before this is typed. */
  typing: (effect: TypeEffect, text: string) => void;
  /** This machine can't type at consoles. */
  unable: (error: VenError) => void;
}

const AGAIN_MS = 3000;
/** The longest pause while libvirt refuses: it may be restarting. */
const LONGEST_MS = 30_000;

/** null: there is no such credential. */
function textOf(send: TypeEffect['send'], credentials: NodeCredentials): string | null {
  switch (send.kind) {
    case 'text':
      return send.text;
    case 'command':
      return send.command;
    case 'credential':
      return credentials[send.credential] ?? null;
  }
}

/** Answers one node's prompts, one after another. */
export class ConsoleWriter {
  #fault: { error: unknown } | null = null;
  readonly #options: ConsoleWriterOptions;
  #stop = new AbortController();
  #last: Promise<void> = Promise.resolve();

  constructor(options: ConsoleWriterOptions) {
    this.#options = options;
  }

  /**
   * `standing`: the present state of this effect's prompt, which may be over before the console is
   * free.
   */
  type(effect: TypeEffect, standing: Standing): void {
    const signal = AbortSignal.any([this.#options.signal, this.#stop.signal]);
    this.#last = this.#last
      .then(() => this.#answer(effect, standing, signal))
      .catch((error: unknown) => {
        this.#fault ??= { error };
      });
  }

  /** Cancels everything that was not typed yet. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  /** Throws a bug of the typing, which runs in the background. */
  throwFault(): void {
    if (this.#fault) throw this.#fault.error;
  }

  async #answer(effect: TypeEffect, standing: Standing, signal: AbortSignal): Promise<void> {
    const { send, stage, prompt } = effect;
    const { vm, ports, warn, typing, unable } = this.#options;
    const text = textOf(send, ports.credentials);
    if (text === null) {
      warn(`waits for an answer at ${prompt}, but the flow has no credentials`);
      return;
    }
    const wanted = (now: boolean): boolean => {
      if (standing() !== 'asked') return false;
      if (now) typing(effect, text);
      return true;
    };
    let begun = false;
    let pause = AGAIN_MS;
    while (!signal.aborted && standing() !== 'over') {
      try {
        const outcome = await ports.type(vm, text, wanted, signal);
        if (outcome === 'typed') {
          ports.emit({
            type: 'node-answered',
            time: new Date(ports.clock.now()).toISOString(),
            address: vm.address,
            stage,
            prompt,
          });
          return;
        }
        pause = AGAIN_MS;
        if (outcome === 'busy') {
          warn(
            'waits for an answer, but another terminal is attached to its console: ' +
              'detach it (Ctrl-])',
          );
        } else if (standing() === 'written-on') {
          // The first time it may be an unfinished line of the node itself.
          if (begun)
            warn(
              'waits for an answer that someone else has begun to type: finish it, or delete it',
            );
          begun = true;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof VenError)) throw error;
        if (error.code === 'host-not-ready') {
          unable(error);
          return;
        }
        warn(`could not be answered, will be retried: ${error.summary}`);
        pause = Math.min(LONGEST_MS, pause * 2);
      }
      await ports.clock.sleep(pause, signal);
    }
  }
}
