import { LastBoot } from '../terminal-text/index.js';
import { VenError, type ConsoleReader, type LogPosition, type ResolvedVm } from '../model/index.js';
import { EchoFinder } from './echo.js';
import { passwordsOf, type OnboardingPorts } from './ports.js';

/**
 * The bytes before the end of a former run that are read again: it may have ended within an
 * echo.
 */
const AGAIN_BYTES = 4096;
/** After text was typed, its echo may come for twice this time. */
const ECHO_MS = 1000;

/**
 * Reads one node's console, and masks in its log what was typed there.
 */
export class Listener {
  readonly #vm: ResolvedVm;
  readonly #ports: Pick<OnboardingPorts, 'openConsole' | 'consoleEnd' | 'clock'>;
  readonly #warn: (message: string) => void;
  readonly #echo: EchoFinder;
  #console: ConsoleReader | null = null;
  #typedAt = -Infinity;
  /** Until when it reads on for an echo only; null: it reads everything. */
  #until: number | null = null;

  constructor(
    vm: ResolvedVm,
    ports: Pick<OnboardingPorts, 'openConsole' | 'consoleEnd' | 'clock' | 'credentials'>,
    warn: (message: string) => void,
  ) {
    this.#vm = vm;
    this.#ports = ports;
    this.#warn = warn;
    this.#echo = new EchoFinder(passwordsOf(ports.credentials));
  }

  /** null: the whole log. */
  open(from: LogPosition | null): void {
    const since = from && { file: from.file, position: Math.max(0, from.position - AGAIN_BYTES) };
    if (from && since) this.#echo.known(since, from);
    this.#console = this.#ports.openConsole(this.#vm, since);
  }

  /** How far the log was read; null: it was not opened. */
  get position(): LogPosition | null {
    return this.#console && this.#echo.position(this.#console.position);
  }

  /** From now on the console may echo this. */
  expect(text: string): void {
    this.#echo.expect(text);
    this.#typedAt = this.#ports.clock.now();
  }

  /**
   * The next part of the output; `all`: everything until now. `certain`: also what may be the
   * beginning of an echo.
   */
  hear({ all = false, certain = false } = {}): Uint8Array {
    const now = this.#ports.clock.now();
    const heard: Uint8Array[] = [];
    // Where the log ends now: a node may write faster than it is read.
    const end = all && this.#console ? this.#ports.consoleEnd(this.#vm) : null;
    for (let more = true; more;) {
      const pieces = this.#console?.read() ?? [];
      const isThere = ({ start, bytes }: (typeof pieces)[number]): boolean =>
        start.file === end?.file && start.position + bytes.length >= end.position;
      more = end !== null && pieces.length > 0 && !pieces.some(isThere);
      for (const piece of pieces) {
        const { found, said } = this.#echo.push(piece, now);
        heard.push(said);
        for (const { at, length } of found) {
          const why = this.#console?.mask(at, length) ?? null;
          if (why !== null)
            this.#warn(
              `echoed a credential, and it could not be masked in the console log: ${why}`,
            );
        }
      }
    }
    heard.push(this.#echo.release(now, { all: certain }));
    const some = heard.filter(({ length }) => length > 0);
    return some.length === 1 && some[0] ? some[0] : Buffer.concat(some);
  }

  /** The output since the last boot in the whole log. */
  lastBoot(): Uint8Array {
    const boot = new LastBoot();
    boot.push(Buffer.from(this.hear({ all: true })).toString('latin1'));
    return Buffer.from(boot.text(), 'latin1');
  }

  /**
   * Ends the watch. For a moment it reads on, to mask an echo of what was typed just now.
   */
  end(): void {
    const now = this.#ports.clock.now();
    this.#until ??= now - this.#typedAt < ECHO_MS ? now + ECHO_MS : now;
    this.linger();
  }

  /** After its end: whether an echo may still come. */
  linger(): boolean {
    if (this.#until === null || this.#console === null) return false;
    try {
      this.hear({ all: true });
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      this.close();
    }
    if (this.#ports.clock.now() >= this.#until) this.close();
    return this.#console !== null;
  }

  /** Idempotent. */
  close(): void {
    this.#console?.close();
    this.#console = null;
  }
}
