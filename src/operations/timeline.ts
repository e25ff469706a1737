import {
  stageOrder,
  type NodeRecord,
  type NodeTimeline,
  type StageTimes,
  type StoredRecord,
  type Timeline,
  type TimelineStage,
} from '../model/index.js';
import { vmNamed } from './find-vm.js';
import { HostsAsOne } from './hosts/as-one.js';
import { openHosts } from './hosts/open.js';
import { loadOnHosts, type Request } from './load.js';
import { openHost } from './open.js';

export interface TimelineRequest extends Request {
  /** Names or addresses; none: all. */
  vms: readonly string[];
}

/**
 * Where the nodes spent their time, from their records. Asks no host. Rejects with `not-found` for
 * a VM that is not in the fleet.
 */
export function timeline({ vms, ...request }: TimelineRequest): Timeline {
  const fleet = loadOnHosts(request);
  const chosen =
    vms.length === 0 ? fleet.vms : vms.map((name) => vmNamed(fleet, name, request.file));
  const names = [...new Set(chosen.map(({ name }) => name))];
  const host = fleet.hosts
    ? new HostsAsOne(fleet, openHosts(fleet, request))
    : openHost(fleet, request);
  const records = host.state.records.read(names);
  return timelineOf(
    { fleet: fleet.name, host: fleet.host.uri, orchestrator: fleet.orchestrator !== null },
    records,
  );
}

/**
 * Nodes under way are known up to the time of the newest record: one run watches all nodes. The
 * key `way` is a name of `timeline --json`.
 */
export function timelineOf(
  of: Pick<Timeline, 'fleet' | 'host' | 'orchestrator'>,
  records: readonly StoredRecord[],
): Timeline {
  const written = records.flatMap(({ writtenAt }) =>
    writtenAt === null ? [] : [writtenAt.getTime()],
  );
  const until = Math.max(...written);
  const nodes = records.map(({ vm, host, record, damage }) => ({
    vm,
    address: `vm.${vm}`,
    ...(host !== undefined && { host }),
    way: record === null ? null : nodeTimeline(record, until),
    damage,
  }));
  const timelines = nodes.flatMap(({ way }) => (way === null ? [] : [way]));
  return {
    formatVersion: '1',
    ...of,
    knownUntil: written.length === 0 ? null : new Date(until).toISOString(),
    nodes,
    stages: times(timelines),
  };
}

/** null: the node has not been powered on. */
function nodeTimeline(
  { visits, outcome, flow, profile, failure, lastLine }: NodeRecord,
  until: number,
): NodeTimeline | null {
  const [first] = visits;
  const last = visits.at(-1);
  if (first === undefined || last === undefined) return null;
  const failedAt = outcome === 'failed' ? (failure?.at ?? last.enteredAt) : null;
  const end = outcome === 'ready' ? last.enteredAt : failedAt;
  const endsAt = end === null ? until : Date.parse(end);
  const between = (from: string, to: number): number => Math.max(0, to - Date.parse(from)) / 1000;
  const stages = visits.map(({ stage, title, enteredAt, late, line }, at): TimelineStage => {
    const following = visits[at + 1]?.enteredAt;
    return {
      stage,
      title,
      startedAt: enteredAt,
      endedAt: following ?? null,
      seconds: between(enteredAt, following === undefined ? endsAt : Date.parse(following)),
      late,
      line,
    };
  });
  return {
    outcome,
    flow,
    profile: profile.name,
    startedAt: first.enteredAt,
    endedAt: end,
    seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0),
    failure,
    lastLine,
    stages,
  };
}

function times(timelines: readonly NodeTimeline[]): StageTimes[] {
  // The last stage of a ready node takes no time.
  const through = timelines.map(({ outcome, stages }) =>
    outcome === 'ready' ? stages.slice(0, -1) : stages,
  );
  return stageOrder(through).map(({ stage, title }) => {
    const spent = through
      .map((stages) => stages.filter((visit) => visit.stage === stage))
      .filter((visits) => visits.length > 0 && visits.every(({ endedAt }) => endedAt !== null))
      .map((visits) => visits.reduce((sum, { seconds }) => sum + seconds, 0))
      .sort((a, b) => a - b);
    const middle = spent.length / 2;
    const median = ((spent[Math.ceil(middle) - 1] ?? 0) + (spent[Math.floor(middle)] ?? 0)) / 2;
    return {
      stage,
      title,
      nodes: spent.length,
      shortest: spent[0] ?? 0,
      median,
      longest: spent.at(-1) ?? 0,
    };
  });
}
