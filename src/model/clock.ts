/** Time, as a run sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that time, in milliseconds, or at once when aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}
