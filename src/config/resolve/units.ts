/** Sizes and durations in the forms that the schema allows. */
import { secondsIn } from '../../model/index.js';

const KIB: Record<string, number> = { MiB: 1024, GiB: 1024 ** 2, TiB: 1024 ** 3 };

/** `8GiB` to KiB. The text has passed the schema. */
export function sizeInKiB(text: string): number {
  const [, number = '0', unit = 'MiB'] = /^([0-9]+)([A-Za-z]+)$/.exec(text) ?? [];
  return Number(number) * (KIB[unit] ?? 0);
}

/** `2m` or `1h` to seconds. The text has passed the schema. */
export function durationInSeconds(text: string): number {
  return secondsIn(text) ?? 0;
}
