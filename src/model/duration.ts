import parseDuration from 'parse-duration';

/** It would take `5 apples`, too. */
const DURATION = /^\d{1,6}$|^(?:\d{1,6}(?:\.\d{1,3})?[smhd])+$/;

/** `30s`, `5m`, `1h30m`, `1.5h` and `90` (seconds) in seconds; null: it is no duration. */
export function secondsIn(text: string): number | null {
  return DURATION.test(text) ? parseDuration(text, 's') : null;
}
