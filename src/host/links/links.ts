/**
 * Latency, jitter and loss on the taps of a fleet's running VMs: seen, and put there. libvirt knows
 * nothing of it: a tap begins without, whoever starts the VM.
 */
import { impairmentsIn, domainFacts } from '../../libvirt/index.js';
import {
  isImpaired,
  isLimited,
  isOwnedBy,
  VenError,
  type HostState,
  type Impairment,
  type NoImpairment,
  type ResolvedFleet,
} from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import type { Env } from '../exec.js';
import { haveTaps, isLocal } from '../libvirt/local.js';
import type { Start, StartWatch } from '../libvirt/start-watch.js';
import type { Virsh } from '../libvirt/virsh.js';
import { noImpairment, noRate } from './no-impairment.js';
import { impair, readTaps, type OnTap } from './qdiscs.js';

/** Adds what the fleet's taps have, and whether more can be put on them. */
export async function withImpairments(
  env: Env,
  fleet: ResolvedFleet,
  state: HostState,
  onTaps: Promise<Map<string, OnTap>>,
): Promise<HostState> {
  const ours = state.domains.filter((domain) => isOwnedBy(fleet, domain));
  const taps = ours.flatMap(({ live }) => live?.nics.flatMap(({ tap }) => tap ?? []) ?? []);
  const seen = await onTaps;
  const impairments = Object.fromEntries(
    taps.flatMap((tap) => {
      const on = seen.get(tap);
      return on === undefined ? [] : [[tap, on.impairment]];
    }),
  );
  const wanted = fleet.vms.flatMap(({ nics }) => nics.flatMap(({ link }) => link ?? []));
  const known = ours.flatMap(({ config }) => config.nics.flatMap(({ link }) => link ?? []));
  const concerns = [...Object.values(impairments), ...wanted, ...known].some(isImpaired);
  const why = concerns ? await noImpairment(env, state.uri) : null;
  const whyNoRate = wanted.some(isLimited) ? await noRate(env, state.uri) : null;
  return {
    ...state,
    impairments,
    ...(why && { noImpairment: why }),
    ...(whyNoRate && { noRate: whyNoRate }),
  };
}

/** With one process, where there is a tap. Without `tc`, nothing is known. */
export async function tapsHere(env: Env, uri: string): Promise<Map<string, OnTap>> {
  if (!isLocal(uri) || !haveTaps()) return new Map();
  try {
    return await readTaps(env);
  } catch (error) {
    if (!(error instanceof VenError) || error.code === 'interrupted') throw error;
    return new Map();
  }
}

/**
 * For a VM that was just started, from this definition: resolves when that has lasted
 * (`StartWatch`), and its links are as bad as they should be.
 */
export type AfterStart = (uuid: string, definition: string, how?: Start) => Promise<void>;

export function afterStart(hasStarted: StartWatch, { restore }: Links): AfterStart {
  return async (uuid, definition, how) => {
    const ends = await Promise.allSettled([hasStarted(uuid, how), restore(uuid, definition)]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
}

export interface Links {
  /** What the packets of a running VM's NICs are to suffer. @throws VenError */
  impairNics: (uuid: string, wanted: ReadonlyMap<string, Impairment>) => Promise<void>;
  /** The same as its definition says: for a VM that was just started. */
  restore: (uuid: string, definition: string) => Promise<void>;
}

export function links(virsh: Virsh, env: Env): Links {
  const impairNics: Links['impairNics'] = async (uuid, wanted) => {
    if (!isLocal(virsh.uri)) {
      // There nothing is to be taken away, as far as it is known.
      if (![...wanted.values()].some(isImpaired)) return;
      throw refused(await noImpairment(env, virsh.uri));
    }
    const [live = ''] = await virsh.must([['dumpxml', uuid]]);
    const taps = domainFacts(parseXml(live)).nics.flatMap(({ mac, tap }) => {
      const impairment = wanted.get(mac);
      return impairment === undefined || tap === null ? [] : [{ tap, impairment }];
    });
    try {
      for (const { tap, impairment } of taps) await impair(env, tap, impairment);
    } catch (error) {
      if (!(error instanceof VenError) || error.code === 'interrupted') throw error;
      throw refused(await noImpairment(env, virsh.uri), error);
    }
  };
  return {
    impairNics,
    async restore(uuid, definition) {
      const wanted = impairmentsIn(definition);
      try {
        if (wanted.size > 0) await impairNics(uuid, wanted);
      } catch (error) {
        throw error instanceof VenError && error.code === 'host-not-ready'
          ? unimpaired(error)
          : error;
      }
    },
  };
}

function refused(why: NoImpairment | null, error?: VenError): VenError {
  if (why === null && error !== undefined) return error;
  return new VenError('host-not-ready', why ?? { summary: "Links can't be impaired" });
}

/** For a VM that was started in spite of it. */
function unimpaired({ code, summary, hint = '', cause }: VenError): VenError {
  return new VenError(code, {
    summary: `The VM runs, with good links in place of bad ones. ${summary}`,
    hint: `${hint}. Then: ven apply`,
    cause,
  });
}
