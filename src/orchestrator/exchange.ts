import { setTimeout as sleep } from 'node:timers/promises';
import { VenError } from '../model/index.js';
import { Connections, type Answer, type Question } from './connection.js';
import {
  failureOfAnswer,
  failureOfThrown,
  tooLarge,
  unreadable,
  type Asked,
  type Failure,
} from './failures.js';
import type { Patience, Reach } from './options.js';
import { proxyFor } from './proxies.js';

export interface Call<T> {
  method: Question['method'];
  url: URL;
  body?: { type: string; text: string };
  /**
   * Fetched when the call is made, and once more when the first one is refused. Absent: no token.
   */
  token?: { get(): Promise<string>; refuse(token: string): void };
  project: string | null;
  oneHost?: Asked['oneHost'];
  secrets: () => readonly string[];
  signal: AbortSignal | undefined;
  /** The meaning of the answer. `json` throws where the answer is not JSON. */
  read(answer: Reply): T;
  /** Statuses besides 200 to 299 that are no failure. */
  accept?: readonly number[];
  /**
   * For a call that is not idempotent. Asked before a retry: the result of the earlier attempt, if
   * it succeeded after all; null: it did not.
   */
  findResult?: (() => Promise<T | null>) | undefined;
}

export interface Reply {
  status: number;
  /** Characters. */
  size: number;
  /** The answer as JSON. */
  json(): unknown;
  /** The error for a JSON answer of the wrong form. */
  misshapen(what: string): VenError;
  /** The error for a list of too many, or too long, pages. */
  tooLarge(): VenError;
  /** The error for an answer that can't be used, and of which nothing may be shown. */
  unusable(what: string): VenError;
}

/**
 * Calls with all their attempts. Each ends with an answer, or with a `VenError` that names the call
 * and has no secret.
 */
export class Exchange {
  readonly #reach: Reach;
  readonly #patience: Patience;
  readonly #now: () => number;
  readonly #connections: Connections;
  /** Time (`performance.now`) of the first failure after the last answer. */
  #outageSince: number | null = null;

  constructor(reach: Reach, patience: Patience, now: () => number) {
    this.#reach = reach;
    this.#patience = patience;
    this.#now = now;
    this.#connections = new Connections(reach);
  }

  async call<T>(call: Call<T>): Promise<T> {
    const began = performance.now();
    for (let attempt = 1; ; attempt++) {
      const { answer, asked, failure } = await this.#attempt(call);
      if (failure === null) return call.read(replyOf(asked, answer));
      const pause = this.#pauseBefore(attempt + 1, answer);
      if (!failure.again || !this.#mayWait(pause, began))
        throw attempt === 1 ? failure.error : withAttempts(failure.error, attempt, began);
      await unlessAborted(call.signal, (signal) => sleep(pause * 1000, undefined, { signal }));
      const found = (await call.findResult?.()) ?? null;
      if (found !== null) return found;
    }
  }

  /** Forgets the outage so far. For calls that must be tried in full, whatever failed before. */
  forgetOutage(): void {
    this.#outageSince = null;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #attempt<T>(
    call: Call<T>,
  ): Promise<
    { asked: Asked } & (
      { answer: Answer; failure: null } | { answer: Answer | null; failure: Failure }
    )
  > {
    const { method, url, project, oneHost } = call;
    for (let second = false; ; second = true) {
      const token = await unlessAborted(
        call.signal,
        () => call.token?.get() ?? Promise.resolve(null),
      );
      const asked: Asked = {
        method,
        url,
        project,
        proxy: proxyFor(url, this.#reach),
        secrets: call.secrets(),
        oneHost,
      };
      const headers = {
        accept: 'application/json',
        ...(call.body && { 'content-type': call.body.type }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
      };
      let answer: Answer;
      try {
        const limit = AbortSignal.timeout(this.#patience.attempt * 1000);
        const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit;
        answer = await this.#connections.ask(
          { method, url, headers, body: call.body?.text ?? null },
          signal,
        );
      } catch (thrown) {
        if (call.signal?.aborted === true) throw interrupted(call.signal);
        return this.#failed({
          asked,
          answer: null,
          failure: failureOfThrown(asked, thrown, this.#patience.attempt),
        });
      }
      const { status } = answer;
      if ((status >= 200 && status < 300) || call.accept?.includes(status) === true) {
        this.#outageSince = null;
        return { asked, answer, failure: null };
      }
      if (status === 401 && token !== null && !second) {
        call.token?.refuse(token);
        continue;
      }
      return this.#failed({ asked, answer, failure: failureOfAnswer(asked, answer) });
    }
  }

  #failed<F extends { failure: Failure }>(failed: F): F {
    this.#outageSince = failed.failure.again ? (this.#outageSince ?? performance.now()) : null;
    return failed;
  }

  /** Seconds. Random, so that callers that failed together do not retry together. */
  #pauseBefore(attempt: number, answer: Answer | null): number {
    const { firstPause, longestPause, longestRetryAfter } = this.#patience;
    const usual =
      Math.min(longestPause, firstPause * 2 ** (attempt - 2)) * (0.5 + Math.random() / 2);
    const asked = Math.min(secondsOf(answer?.retryAfter ?? null, this.#now()), longestRetryAfter);
    return Math.max(usual, asked * (1 + Math.random() / 4));
  }

  #mayWait(pause: number, began: number): boolean {
    return (
      performance.now() + pause * 1000 <
      Math.min(began, this.#outageSince ?? Infinity) + this.#patience.call * 1000
    );
  }
}

/** A number of seconds, or a date; 0 for anything else. */
function secondsOf(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0;
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - now) / 1000);
}

function replyOf(asked: Asked, answer: Answer): Reply {
  return {
    status: answer.status,
    size: answer.text.length,
    json() {
      try {
        return JSON.parse(answer.text) as unknown;
      } catch {
        throw unreadable(asked, answer, 'the answer is not JSON');
      }
    },
    tooLarge: () => tooLarge(asked),
    unusable: (what) => unreadable(asked, null, `the answer can't be used: ${what}`),
    misshapen: (what) => unreadable(asked, answer, `the answer has the wrong form: ${what}`),
  };
}

function withAttempts(
  { code, summary, detail, hint }: VenError,
  attempts: number,
  began: number,
): VenError {
  const seconds = Math.round((performance.now() - began) / 1000);
  const tried = `Tried ${String(attempts)} times in ${String(seconds)} s.`;
  return new VenError(code, {
    summary,
    hint,
    detail: detail === undefined ? tried : `${detail}\n${tried}`,
  });
}

/** Settles like `work`, or as soon as `signal` is aborted. */
export async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work(undefined);
  if (signal.aborted) throw interrupted(signal);
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    reject(interrupted(signal));
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(signal), promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function interrupted(signal: AbortSignal): VenError {
  if (signal.reason instanceof VenError) return signal.reason;
  return new VenError('interrupted', { summary: 'Stopped during a call of the orchestrator' });
}
