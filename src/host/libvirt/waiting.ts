/** How long virsh is waited for: its answers come one after another, each within a limit. */
import { VenError } from '../../model/index.js';

/** Watches over one process of virsh. */
export interface Wait {
  /** Aborted when its time is up. */
  signal: AbortSignal;
  /** For the whole process, its own end after the last answer included. */
  limitSeconds: number;
  /** An answer has come. */
  next(): void;
  end(): void;
}

/** A quick query has had no answer for a while. */
export class Silence extends VenError {}

/** From the last answer until a wait is told, and from there to the next time. */
const TOLD_AFTER_MS = 2500;
const TOLD_AGAIN_MS = 10_000;
/** From the last answer of a quick query until the rest is asked again. */
const SILENCE_MS = 1500;

interface Answers {
  /** Of each command, in seconds. */
  limits: readonly number[];
  /** For all together, in seconds. */
  timeoutSeconds: number | undefined;
  signal: AbortSignal | undefined;
  answered: () => number;
  /** Is told, again and again, what has not been answered for some seconds. */
  tell: (index: number, seconds: number) => void;
  /** Why virsh is ended when that command took too long. */
  tooLong: (index: number, seconds: number) => VenError;
}

/** Ends the process when one answer takes too long, and tells what is slow. */
export function waitForEach({ answered, ...awaited }: Answers): Wait {
  const { limits, timeoutSeconds } = awaited;
  const tooLong = new AbortController();
  let since = performance.now();
  let told: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  const tell = (): void => {
    awaited.tell(answered(), Math.round((performance.now() - since) / 1000));
    told = setTimeout(tell, TOLD_AGAIN_MS);
  };
  const endAfter = (seconds: number): NodeJS.Timeout =>
    setTimeout(() => {
      tooLong.abort(awaited.tooLong(answered(), seconds));
    }, seconds * 1000);
  const rest = (): void => {
    clearTimeout(told);
    clearTimeout(limit);
  };
  const next = (): void => {
    rest();
    const at = answered();
    since = performance.now();
    if (at >= limits.length) return;
    told = setTimeout(tell, TOLD_AFTER_MS);
    limit = endAfter(limits[at] ?? 0);
  };
  next();
  const all = timeoutSeconds === undefined ? undefined : endAfter(timeoutSeconds);
  return {
    signal: either(awaited.signal, tooLong.signal),
    limitSeconds: allOf(limits),
    next,
    end: () => {
      rest();
      clearTimeout(all);
    },
  };
}

/** Ends the process with `Silence` when nothing comes for a moment. */
export function waitForSilence(limits: readonly number[], signal: AbortSignal | undefined): Wait {
  const silence = new AbortController();
  let since = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - since > SILENCE_MS)
      silence.abort(new Silence('tool-failed', { summary: 'libvirt is silent' }));
  }, SILENCE_MS / 3);
  return {
    signal: either(signal, silence.signal),
    limitSeconds: allOf(limits),
    next: () => {
      since = performance.now();
    },
    end: () => {
      clearInterval(watch);
    },
  };
}

function allOf(limits: readonly number[]): number {
  return limits.reduce((sum, seconds) => sum + seconds, 10);
}

function either(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one ? AbortSignal.any([one, other]) : other;
}
