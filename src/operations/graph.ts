import { fleetGraph } from '../graph/index.js';
import { createRender } from '../libvirt/index.js';
import type { FleetGraph, PlanOptions } from '../model/index.js';
import { loadOnHost, secretReader, type Request } from './load.js';
import { openHost } from './open.js';
import { observeAndPlan, type PlanPart } from './planned.js';

export interface GraphRequest extends Request {
  /** From the fleet file alone; no host is asked. */
  offline: boolean;
}

const APPLY: PlanOptions = {
  ...{ mode: 'apply', targets: [], excludes: [], replace: [] },
  keepDisks: false,
  // A picture deletes nothing.
  allowDeleteAll: true,
};

/**
 * The fleet as a graph, with what the host has and what a plan would change. Changes nothing and
 * needs no lock.
 */
export async function graph(request: GraphRequest): Promise<FleetGraph> {
  const readSecret = secretReader(request);
  if (request.offline) return fleetGraph(loadOnHost(request), null);
  const fleet = loadOnHost(request, readSecret);
  const host = openHost(fleet, request, readSecret);
  const opened = { fleet, host, hosts: [] };
  const { plan, parts } = await observeAndPlan(opened, APPLY, { render: createRender() });
  const [{ state }] = parts as [PlanPart];
  const ours = new Set(fleet.vms.map(({ uuid }) => uuid));
  const running = state.domains.filter(({ uuid, live }) => live !== null && ours.has(uuid));
  const leases = await host.readAddresses(running.map(({ uuid }) => uuid));
  return fleetGraph(fleet, { state, plan, leases });
}
