/** What several hosts say, all asked at once: none waits for another. */
import { firmwareKey } from '../../placement/index.js';
import {
  POOL_OF_HOST,
  VenError,
  type FirmwareNeed,
  type ResolvedFleet,
  type ResolvedVm,
  type SeenHost,
} from '../../model/index.js';
import type { OpenHost } from './open.js';

/** Until then a host says what it has; one that does not is away. */
const SURVEY_SECONDS = 10;
/** Until then it says all about itself. */
const OBSERVE_SECONDS = 120;

/** Each host, as it answers; one that does not within some seconds is away. */
export function surveyHosts(
  hosts: readonly OpenHost[],
  fleet: ResolvedFleet,
  stop?: AbortSignal,
): Promise<SeenHost[]> {
  const pools = new Set(fleet.vms.flatMap(({ disks }) => disks.map(({ pool }) => pool)));
  pools.delete(POOL_OF_HOST);
  return Promise.all(
    hosts.map(async ({ name, host, settings }): Promise<SeenHost> => {
      const wanted = [...new Set([settings.storagePool, ...pools])];
      const ask = (signal: AbortSignal) => host.survey(wanted, signal);
      const answer = await inTime(ask, SURVEY_SECONDS, stop);
      return 'away' in answer
        ? { name, survey: null, away: answer.away }
        : { name, survey: answer.said };
    }),
  );
}

/** The same with what their firmware can't do for the VMs that are on no host yet. */
export async function withFirmware(
  hosts: readonly OpenHost[],
  { vms }: ResolvedFleet,
  seen: readonly SeenHost[],
  stop?: AbortSignal,
): Promise<SeenHost[]> {
  const there = new Set(
    seen.flatMap(({ survey }) => survey?.domains.map(({ uuid }) => uuid) ?? []),
  );
  const byKey = new Map<string, ResolvedVm>();
  for (const vm of vms) {
    const key = firmwareKey(vm);
    if (key !== null && !there.has(vm.uuid)) byKey.set(key, vm);
  }
  if (byKey.size === 0) return [...seen];
  const byName = new Map(hosts.map((each) => [each.name, each]));
  return Promise.all(
    seen.map(async (each): Promise<SeenHost> => {
      const host = byName.get(each.name)?.host;
      if (each.survey === null || !host) return each;
      const lacks = await Promise.all(
        [...byKey].map(async ([key, { firmware, nvram }]) => {
          if (firmware === 'bios') return [];
          const ownKeys = nvram?.keys !== undefined;
          const need: FirmwareNeed = { template: nvram !== null, ...(ownKeys && { ownKeys }) };
          const answer = await inTime(() => host.firmware(firmware, need), SURVEY_SECONDS, stop);
          return 'away' in answer ? [[key, `firmware (${answer.away.summary})`] as const] : [];
        }),
      );
      return { ...each, lacks: Object.fromEntries(lacks.flat()) };
    }),
  );
}

/** What a host says within the time that a whole look may take. */
export function observeInTime<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): ReturnType<typeof inTime<T>> {
  return inTime(ask, OBSERVE_SECONDS, stop);
}

/**
 * What it said, or why it is away: any error is one, but for an interruption, which is thrown. An
 * answer that nobody waits for any more is dropped.
 */
async function inTime<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  seconds: number,
  stop?: AbortSignal,
): Promise<{ said: T } | { away: NonNullable<SeenHost['away']> }> {
  const late = Promise.withResolvers<never>();
  const over = new AbortController();
  const timer = setTimeout(() => {
    const error = new VenError('tool-failed', { summary: `it has not answered for ${seconds} s` });
    over.abort(error);
    late.reject(error);
  }, seconds * 1000);
  const signal = stop ? AbortSignal.any([stop, over.signal]) : over.signal;
  try {
    return { said: await Promise.race([ask(signal), late.promise]) };
  } catch (error) {
    const cause: unknown = over.signal.aborted ? over.signal.reason : error;
    if (stop?.aborted || !(cause instanceof VenError)) throw error;
    const { hint } = cause;
    return { away: { summary: causeOf(cause), ...(hint !== undefined && { hint }) } };
  } finally {
    clearTimeout(timer);
  }
}

/** Characters of a program's own words that are told. */
const SHOWN = 160;

/** What is said of it, and the last of the words that it was said with: those of ssh, say. */
function causeOf({ summary, detail = '' }: VenError): string {
  const words = detail
    .split('\n')
    .map((line) => line.replace(/^error: /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('virsh '))
    .at(-1);
  if (words === undefined || summary.includes(words)) return summary;
  return `${summary} (${words.length > SHOWN ? `…${words.slice(-SHOWN)}` : words})`;
}
