/** What a host has, and which domains are on it, in one virsh process. */
import type { HostSurvey, SurveyedDomain } from '../../model/index.js';
import { child, parseXml, textOf } from '../../xml/index.js';
import { FIRMWARE_QUESTION } from '../checks/firmware.js';
import type { Command, Virsh, VirshReply } from './virsh.js';

const QUESTIONS = [
  ['nodeinfo'],
  ['version', '--daemon'],
  ['list', '--all', '--uuid', '--name'],
  // `--nowait`: a domain that is busy says less.
  ['domstats', '--state', '--vcpu', '--balloon', '--nowait'],
  FIRMWARE_QUESTION,
] as const satisfies readonly Command[];

/** @throws VenError when libvirt can't be reached, or does not know what machine it is on */
export async function survey(
  virsh: Virsh,
  pools: readonly string[],
  signal?: AbortSignal,
): Promise<HostSurvey> {
  const replies = await virsh.ask(
    [...QUESTIONS, ...pools.map((pool) => ['pool-info', '--bytes', '--pool', pool])],
    { signal },
  );
  const [node, version, list, stats, capabilities, ...infos] = replies;
  if (node?.error) throw node.error;
  const machine = fieldsOf(node?.text ?? '');
  return {
    libvirt: fieldsOf(version?.text ?? '')['Running against daemon'] ?? null,
    cpus: Number(machine['CPU(s)'] ?? 0),
    memoryKiB: Number.parseInt(machine['Memory size'] ?? '0', 10),
    kvm: capabilities?.ok === true ? runsKvm(capabilities.text) : null,
    domains: domainsOf(list?.text ?? '', stats?.text ?? ''),
    pools: pools.flatMap((name, at) => poolOf(name, infos[at])),
  };
}

/** `Name:   value`, a line each. */
function fieldsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** libvirt answers for KVM where it can be had, else for software emulation. */
function runsKvm(capabilities: string): boolean {
  return textOf(child(parseXml(capabilities), 'domain')) === 'kvm';
}

/** Lines of `UUID name`; and a paragraph for each domain, by name. */
function domainsOf(list: string, stats: string): SurveyedDomain[] {
  const byName = new Map(
    stats.split(/\n\s*\n/).flatMap((paragraph) => {
      const name = /^\s*Domain: '(.*)'$/m.exec(paragraph)?.[1];
      return name === undefined ? [] : [[name, paragraph] as const];
    }),
  );
  return list.split('\n').flatMap((line) => {
    const [, uuid, name] = /^([0-9a-f-]{36})\s+(.*)$/.exec(line.trim()) ?? [];
    if (uuid === undefined || name === undefined) return [];
    const of = (key: string): number =>
      Number(new RegExp(`^\\s*${key}=(\\d+)$`, 'm').exec(byName.get(name) ?? '')?.[1] ?? 0);
    // 5: shut off; 6: crashed.
    const running = ![0, 5, 6].includes(of('state\\.state'));
    return [
      { uuid, name, running, cpus: of('vcpu\\.current'), memoryKiB: of('balloon\\.maximum') },
    ];
  });
}

/** None: there is no such pool. */
function poolOf(name: string, info: VirshReply | undefined): HostSurvey['pools'] {
  if (info?.ok !== true) return [];
  const { State: state, Available: free = '0', Capacity: all = '0' } = fieldsOf(info.text);
  const numbers = { availableBytes: Number(free), capacityBytes: Number(all) };
  return [{ name, active: state === 'running', ...numbers }];
}
