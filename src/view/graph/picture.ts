import type { FleetGraph, GraphAction, GraphNode, NetworkNode, VmNode } from '../../model/index.js';
import { count } from '../text/words.js';
import { fold, type Folded } from './fold.js';
import { nodeLines, nodeNoun, nodeTitle, type BoxLine } from './node-words.js';

/** What every format draws: boxes, what connects them, and the words in them. */
export interface Picture {
  title: string;
  /** For people who don't see it: a sentence for each network. */
  summary: string[];
  boxes: Box[];
  links: Link[];
  /** The actions that there are, and of how many networks and VMs; without a plan, none. */
  legend: { action: GraphAction; amount: number }[];
}

export interface Box {
  id: string;
  kind: GraphNode['kind'];
  action: GraphAction | null;
  /** What it is: `VM`, `network`. */
  noun: string;
  title: string;
  lines: BoxLine[];
  /** More than one: so many alike things. */
  amount: number;
  /** The names of these. */
  names: string[];
}

/** From what is nearer to the outside. `boots`: on the way to the orchestrator's boot file. */
export interface Link {
  from: string;
  to: string;
  boots: boolean;
}

/** In this order, and with these signs, which a plan's text has, too. */
export const ACTIONS: Record<GraphAction, { sign: string; word: string }> = {
  create: { sign: '+', word: 'create' },
  update: { sign: '~', word: 'update' },
  replace: { sign: '-/+', word: 'replace' },
  delete: { sign: '-', word: 'delete' },
  refused: { sign: '!', word: 'refused' },
  unchanged: { sign: '=', word: 'unchanged' },
};

/** `alike`: from how many VMs on, those that differ in their names and addresses alone are one. */
export function pictureOf(graph: FleetGraph, alike: number): Picture {
  const folded = fold(graph, alike);
  const links = new Map<string, Link>();
  for (const { from, to, boots } of graph.edges) {
    const ends = { from: folded.boxOf(to), to: folded.boxOf(from) };
    const key = `${ends.from} ${ends.to}`;
    links.set(key, { ...ends, boots: boots || links.get(key)?.boots === true });
  }
  return {
    title: `The fleet ${graph.fleet} on ${graph.host}`,
    summary: summary(graph, folded),
    boxes: folded.groups.map((nodes) => boxOf(nodes, graph)),
    links: [...links.values()],
    legend: legend(graph),
  };
}

function boxOf(nodes: readonly [GraphNode, ...GraphNode[]], graph: FleetGraph): Box {
  const [node] = nodes;
  return {
    ...{ id: node.id, kind: node.kind, action: 'action' in node ? node.action : null },
    ...{ noun: nodeNoun(nodes), title: nodeTitle(nodes), lines: nodeLines(nodes, graph) },
    ...{ amount: nodes.length, names: nodes.flatMap((one) => ('name' in one ? [one.name] : [])) },
  };
}

function legend({ nodes }: FleetGraph): Picture['legend'] {
  const actions = nodes.flatMap((node) => ('action' in node ? [node.action] : []));
  return Object.keys(ACTIONS).flatMap((key) => {
    const action = key as GraphAction;
    const amount = actions.filter((one) => one === action).length;
    return amount === 0 ? [] : [{ action, amount }];
  });
}

function summary({ nodes }: FleetGraph, { groups, boxOf: box }: Folded): string[] {
  const vms = nodes.filter((node): node is VmNode => node.kind === 'vm');
  const places = groups.flatMap(([first, ...others]) => {
    if (first.kind !== 'network' && first.kind !== 'bridge') return [];
    const on = vms.filter(({ nics }) =>
      nics.some((nic) => nic.on !== null && box(nic.on) === first.id),
    );
    const names = vmNames(on);
    const about =
      first.kind === 'network' ? networkWords(first) : `The host’s bridge ${first.name}`;
    const more = others.length === 0 ? '' : ` and ${count(others.length, first.kind)} like it`;
    return [`${about}${more}: ${names === '' ? 'no VM' : names}.`];
  });
  return [...places, ...differences(nodes)];
}

function networkWords({ name, bridge, subnet, mode }: NetworkNode): string {
  const facts = [bridge && `bridge ${bridge}`, subnet, mode === 'nat' ? 'NAT' : mode];
  const known = facts.filter((fact) => fact !== null && fact !== '');
  return `Network ${name}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}

/** At most a dozen. */
function vmNames(vms: readonly VmNode[]): string {
  const names = vms.map(({ name }) => name);
  const most = 12;
  if (names.length <= most) return names.join(', ');
  return `${count(names.length, 'VM')}, ${names[0] ?? ''} to ${names.at(-1) ?? ''}`;
}

function differences(nodes: readonly GraphNode[]): string[] {
  const changed = nodes.flatMap((node) => {
    if (!('action' in node) || node.action === null || node.action === 'unchanged') return [];
    return [`${ACTIONS[node.action].word} ${node.id}`];
  });
  const most = 20;
  if (changed.length === 0) return [];
  const rest = changed.length > most ? ` and ${changed.length - most} more` : '';
  return [`The plan: ${changed.slice(0, most).join(', ')}${rest}.`];
}
