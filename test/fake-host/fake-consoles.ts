import {
  VenError,
  type Consoles,
  type ConsoleReader,
  type LogPosition,
  type TypeOutcome,
  type TypeRequest,
} from '../../src/model/index.js';

/**
 * Consoles in memory: a log for each domain that has said something, and nobody at the terminal.
 */
export class FakeConsoles implements Consoles {
  /** By the domain's name. */
  readonly logs = new Map<string, Buffer>();
  readonly typed: Pick<TypeRequest, 'uuid' | 'text'>[] = [];
  /** The domains whose logs were asked about. */
  readonly checked: string[] = [];
  /** Why no log may be read; null: all may. */
  refused: VenError | null = null;
  readonly #fleetsDomains: () => readonly string[];

  /** `domains`: the names of those that are on the host. */
  constructor(domains: () => readonly string[]) {
    this.#fleetsDomains = domains;
  }

  say(domain: string, text: string): void {
    this.logs.set(domain, Buffer.concat([this.#log(domain), Buffer.from(text)]));
  }

  checkAccess(domains: readonly string[]): void {
    this.checked.push(...domains);
    if (this.refused && domains.length > 0) throw this.refused;
  }

  fetch(): Promise<void> {
    return Promise.resolve();
  }

  async *read(
    domain: string,
    { follow, signal }: { follow: boolean; signal?: AbortSignal | undefined },
  ): AsyncGenerator<Uint8Array | null> {
    if (this.refused) throw this.refused;
    if (!follow && !this.logs.has(domain))
      throw new VenError('not-found', { summary: `There is no console log of ${domain}` });
    for (let position = 0; ;) {
      const bytes = this.#log(domain).subarray(position);
      position += bytes.length;
      if (bytes.length > 0) yield bytes;
      yield null;
      if (!follow || signal?.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  follow(domain: string, from: LogPosition | null): ConsoleReader {
    let position = from?.position ?? 0;
    const at = (): LogPosition => ({ file: domain, position });
    return {
      get position() {
        return at();
      },
      read: () => {
        if (this.refused) throw this.refused;
        const [start, bytes] = [at(), this.#log(domain).subarray(position)];
        position += bytes.length;
        return bytes.length === 0 ? [] : [{ start, bytes }];
      },
      mask: (place, length) => {
        this.#log(domain).fill('*', place.position, place.position + length);
        return null;
      },
      close: () => undefined,
    };
  }

  end(domain: string): LogPosition {
    return { file: domain, position: this.#log(domain).length };
  }

  type({ uuid, text, wanted, signal }: TypeRequest): Promise<TypeOutcome> {
    signal.throwIfAborted();
    if (!wanted(false) || !wanted(true)) return Promise.resolve('unwanted');
    this.typed.push({ uuid, text });
    return Promise.resolve('typed');
  }

  attach(): Promise<'running' | 'stopped'> {
    return Promise.resolve('running');
  }

  openViewer(): Promise<string | null> {
    return Promise.resolve(null);
  }

  deleteLogs(): Promise<void> {
    const there = new Set(this.#fleetsDomains());
    for (const domain of this.logs.keys()) if (!there.has(domain)) this.logs.delete(domain);
    return Promise.resolve();
  }

  #log(domain: string): Buffer {
    return this.logs.get(domain) ?? Buffer.alloc(0);
  }
}
