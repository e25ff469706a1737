import type { ClusterState, Plan } from '../../model/index.js';
import { makeClusterPlan } from '../../kubevirt/index.js';
import { checkEvacuation } from '../hosts/evacuation.js';
import { loadOnHost } from '../load.js';
import type { PlanRequest, PlanResult, RenderedDiff } from '../plan.js';
import { withRunAtWork } from '../plan.js';
import { clusterOf } from './cluster.js';

/** As `plan` of a libvirt host. */
export async function plan(request: PlanRequest): Promise<PlanResult> {
  const fleet = loadOnHost(request);
  checkEvacuation(fleet, request.options);
  const cluster = await clusterOf(fleet, request);
  const state = await cluster.observe();
  const made = makeClusterPlan(fleet, state, request.options);
  const run = await cluster.lockHolder();
  return {
    fleet,
    plan: run === null ? made : withRunAtWork(made, run),
    diffs: request.diff ? manifestDiffs(made, state) : [],
  };
}

/** The objects before, as far as ven says what they are, and after. */
function manifestDiffs({ steps }: Plan, state: ClusterState): RenderedDiff[] {
  const there = new Map(
    [...state.vms, ...state.disks, ...state.networks].map((object) => [
      object.metadata.uid ?? '',
      object,
    ]),
  );
  return steps.flatMap((step) => {
    if (step.kind !== 'objects-apply') return [];
    return step.objects.flatMap(({ manifest, uid }): RenderedDiff[] => {
      const found = uid === null ? undefined : there.get(uid);
      const before = found === undefined ? '' : shown(asWritten(found, manifest));
      const after = shown(manifest);
      const file = `${manifest.kind}/${manifest.metadata.name}.json`;
      return before === after ? [] : [{ address: step.address, file, before, after }];
    });
  });
}

/** The parts of `found` that `like` has. */
function asWritten(found: unknown, like: unknown): unknown {
  if (Array.isArray(found) && Array.isArray(like)) {
    const named = new Map(like.map((each: unknown) => [nameOf(each), each]));
    return found.map((each: unknown) => asWritten(each, named.get(nameOf(each)) ?? each));
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return found;
  if (typeof like !== 'object' || like === null) return found;
  return Object.fromEntries(
    Object.entries(like).flatMap(([key, inner]) =>
      Object.hasOwn(found, key)
        ? [[key, asWritten((found as Record<string, unknown>)[key], inner)]]
        : [],
    ),
  );
}

function nameOf(entry: unknown): unknown {
  return (entry as { name?: unknown } | null)?.name;
}

function shown(object: unknown): string {
  return `${JSON.stringify(object, null, 2)}\n`;
}
