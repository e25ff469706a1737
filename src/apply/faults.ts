import { VenError, type EventError, type Step } from '../model/index.js';
import { maskRemembered } from '../secrets/index.js';

/**
 * Why a step failed, as an event. Anything but a `VenError` is a bug in ven, shown with its stack.
 */
export function eventErrorOf(error: unknown): EventError {
  if (error instanceof VenError) {
    return { code: error.code, summary: error.summary, detail: error.detail, hint: error.hint };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'bug',
    summary: maskRemembered(`ven has a bug: ${message}`),
    detail: error instanceof Error ? maskRemembered(error.stack ?? '') : undefined,
    hint:
      'Please report it together with these lines. The other steps went on; ' +
      '`ven plan` shows what is left.',
  };
}

/** `tool-failed`: the step had `seconds` and is not done. */
export function tooLate(step: Step, seconds: number): VenError {
  return new VenError('tool-failed', {
    summary: `It was not done after ${String(seconds)} s, and ven stopped waiting for it`,
    where: step.address,
    hint:
      'See with `ven doctor` whether libvirt answers; `ven plan` then shows what is left, ' +
      'and `ven apply` does it.',
  });
}

/** `interrupted`: the second Ctrl-C came while the step ran. */
export function cutShort(step: Step, cause: unknown): VenError {
  const told =
    cause instanceof VenError && cause.code !== 'interrupted'
      ? [cause.summary, cause.detail].filter(Boolean).join('\n')
      : undefined;
  return new VenError('interrupted', {
    summary: 'It was interrupted before it was done',
    detail: told,
    where: step.address,
    hint: '`ven plan` shows what is left, and `ven apply` does it.',
    cause,
  });
}
