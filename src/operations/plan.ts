import { commandLine, outputKind, readTextFile, type OutputKind } from '../host/index.js';
import { createRender } from '../libvirt/index.js';
import {
  VenError,
  type Change,
  type Plan,
  type PlanOptions,
  type ResolvedFleet,
} from '../model/index.js';
import { checkEvacuation } from './hosts/evacuation.js';
import { renderedDiffs, type RenderedDiff } from './diffs.js';
import { loadOnHosts, secretReader, type Request } from './load.js';
import { eachHost, observeAndPlan, openFleet, type PlanPart } from './planned.js';
import { queryProvider } from './orchestrator/provider.js';
import { unseenReady, withUnseen } from './provision/os-login.js';
import { saveText } from './save.js';

export type { RenderedDiff } from './diffs.js';

export interface PlanRequest extends Request {
  options: PlanOptions;
  /** Also return the rendered files, before and after. */
  diff?: boolean;
}

export interface PlanResult {
  fleet: ResolvedFleet;
  plan: Plan;
  diffs: RenderedDiff[];
}

/** What differs between the fleet file and its hosts. Changes nothing and needs no lock. */
export async function plan(request: PlanRequest): Promise<PlanResult> {
  const readSecret = secretReader(request);
  const fleet = loadOnHosts(request, readSecret);
  checkEvacuation(fleet, request.options);
  const opened = openFleet(fleet, request, readSecret);
  const look = { render: createRender(), provider: () => queryProvider(fleet, request) };
  const [{ plan: seen, parts }, holders] = await Promise.all([
    observeAndPlan(opened, request.options, look),
    Promise.all(eachHost(opened).map((host) => host.lockHolder())),
  ]);
  const whole =
    request.options.mode === 'apply' ? withUnseen(seen, unseenReady(fleet, request), parts) : seen;
  const runs = new Set(holders.flatMap((holder) => holder ?? []));
  return {
    fleet,
    plan: [...runs].reduce(withRunAtWork, whole),
    diffs: request.diff ? await diffsOf(parts) : [],
  };
}

async function diffsOf(parts: readonly PlanPart[]): Promise<RenderedDiff[]> {
  const each = await Promise.all(
    parts.map(async ({ name, host, fleet, state, plan }) => {
      const diffs = await renderedDiffs(plan, fleet, state, host);
      return name === null
        ? diffs
        : diffs.map((diff) => ({ ...diff, address: `${diff.address}@${name}` }));
    }),
  );
  return each.flat();
}

export function withRunAtWork(planned: Plan, run: string): Plan {
  const warning = `${run} is at work on this fleet: what it has not ended yet shows as differences`;
  return { ...planned, warnings: [...planned.warnings, warning] };
}

/** Writes a plan for a later `apply --plan`. Mode 0600. Returns what it was written to. */
export function savePlan(file: string, plan: Plan): OutputKind {
  saveText(file, `${JSON.stringify(plan, null, 2)}\n`);
  return outputKind(file);
}

/**
 * What `savePlan` wrote, or a plan as it is. Rejects with `usage` when it is not a plan of this
 * version, and for `mode`.
 */
export function readSavedPlan(saved: string | Plan, mode: PlanOptions['mode']): Plan {
  const wrong = (detail: string): VenError =>
    new VenError('usage', {
      summary: `${typeof saved === 'string' ? saved : 'This'} is not a saved plan`,
      detail,
      hint: 'Create one with: ven plan --out FILE',
    });
  let read: unknown = saved;
  try {
    if (typeof saved === 'string') read = JSON.parse(readTextFile(saved));
  } catch (error) {
    if (error instanceof VenError) throw error;
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  if (!isPlan(read)) throw wrong('It lacks the keys of a plan of format version 1.');
  if (read.options.mode !== mode) throw wrong(`It is a plan to ${read.options.mode}.`);
  return read;
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Plan>;
  const options = candidate.options as Partial<PlanOptions> | undefined;
  return (
    candidate.formatVersion === '1' &&
    [candidate.fleet, candidate.host, candidate.specDigest, candidate.observedDigest].every(
      (text) => typeof text === 'string',
    ) &&
    (options?.mode === 'apply' || options?.mode === 'destroy') &&
    [options.targets, options.excludes, options.replace].every(isListOfTexts) &&
    typeof options.keepDisks === 'boolean' &&
    Array.isArray(candidate.changes) &&
    ['undefined', 'string'].includes(typeof options.evacuate)
  );
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/**
 * Rejects with `stale-plan` when the fleet file or the host has changed since an earlier plan.
 */
export function checkStillFits(earlier: Plan, now: Plan, kind: 'saved' | 'shown'): void {
  const isSameFleet = earlier.fleet === now.fleet && earlier.specDigest === now.specDigest;
  if (isSameFleet && earlier.observedDigest === now.observedDigest) return;
  const moved = isSameFleet ? 'the host' : 'the fleet file';
  throw new VenError('stale-plan', {
    summary: `The ${kind} plan no longer fits: ${moved} has changed since it was made`,
    ...detailOf(differences(earlier, now)),
    hint: `Nothing was changed. ${AGAIN[kind]}`,
  });
}

/** So many differences are told. */
const MOST_TOLD = 5;

function detailOf(lines: readonly string[]): { detail?: string } {
  if (lines.length === 0) return {};
  const more = lines.length - MOST_TOLD;
  const told = [...lines.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])];
  return { detail: told.join('\n') };
}

/** What one plan does and the other does not, a line for each address. */
function differences(earlier: Plan, now: Plan): string[] {
  const [was, is] = [earlier, now].map(
    ({ changes }) => new Map(changes.map((change) => [change.address, change])),
  );
  const does = (change: Change | undefined): string => change?.action ?? 'nothing';
  return [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].flatMap((address) => {
    const [before, after] = [was?.get(address), is?.get(address)];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    if (does(before) === does(after)) return [`${address}: another ${does(after)} than planned`];
    return [`${address}: planned was ${does(before)}, now it is ${does(after)}`];
  });
}

const AGAIN = {
  saved: 'Make a new plan (ven plan --out FILE), look at it, and apply that one.',
  shown: 'Type the command again and look at the new plan.',
};

/**
 * Rejects with `stale-plan` for a plan of another host. To be asked before the host is: a plan
 * travels, and a libvirt URI can name a program to run, so it never says where to connect to.
 */
export function checkIsForHost(
  { host, hostFrom }: Pick<Plan, 'host' | 'hostFrom'>,
  { uri }: { uri: string },
): void {
  if (host === uri) return;
  const wasNamed = hostFrom === 'flag' || hostFrom === 'environment';
  const there = `To apply it on its own host: --connect ${commandLine(host, [])}. For the other: `;
  throw new VenError('stale-plan', {
    summary: `The saved plan is for the host ${host}, and this is ${uri}`,
    hint: `Nothing was changed. ${wasNamed ? there : ''}${AGAIN.saved}`,
  });
}
