/** What goes wrong between a client and the stand-in, on demand. */

/** The stand-in's operations, by the name that tests and counters know them by. */
export type Operation =
  | 'boot-file'
  | 'ca-file'
  | 'token'
  | 'project'
  | 'register'
  | 'hosts'
  | 'remove'
  | 'os'
  | 'providers'
  | 'add-provider'
  | 'remove-provider'
  | 'local-accounts'
  | 'add-local-account'
  | 'unknown';

export interface Fault {
  /** The operation it befalls; none: each one of the API (everything but the boot file). */
  op?: Operation;
  /** Only requests whose path this fits. */
  path?: RegExp;
  /**
   * - a number: this status, with a short JSON text; `retryAfter` sets the header of that name
   * - `reset`: the connection ends without an answer
   * - `html`: 200 with a page of a proxy in place of JSON
   * - `echo`: 500 with all that was sent in it, credentials and tokens too
   * - `lost`: the request is done, but the connection ends before its answer
   * - `slow`: the right answer, after `delay`
   */
  how: number | 'reset' | 'html' | 'echo' | 'lost' | 'slow';
  /** Milliseconds before whatever comes. */
  delay?: number;
  /** Seconds, for a header `Retry-After`. */
  retryAfter?: number;
  /** Ends after so many requests. Default: never. */
  times?: number;
  /** Ends after so many seconds. Default: never. */
  forSeconds?: number;
}

export interface RunningFault {
  /** How many requests it has befallen. */
  readonly hits: number;
  stop(): void;
}

export class Faults {
  #running: { fault: Fault; until: number; hits: number }[] = [];

  add(fault: Fault): RunningFault {
    const running = {
      fault,
      until: fault.forSeconds === undefined ? Infinity : Date.now() + fault.forSeconds * 1000,
      hits: 0,
    };
    this.#running.push(running);
    return {
      get hits() {
        return running.hits;
      },
      stop: () => void (this.#running = this.#running.filter((other) => other !== running)),
    };
  }

  /** The fault for this request, the one added first; counts it. */
  take(op: Operation, path: string): Fault | undefined {
    const found = this.#running.find(
      ({ fault, until, hits }) =>
        (fault.op === undefined ? op !== 'boot-file' : fault.op === op) &&
        (fault.path?.test(path) ?? true) &&
        hits < (fault.times ?? Infinity) &&
        Date.now() < until,
    );
    if (found) found.hits += 1;
    return found?.fault;
  }
}
