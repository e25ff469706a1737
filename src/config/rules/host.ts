import { nearest, parseLibvirtUri, type Fleet, type FleetHostOfMany } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { quote, type Path } from '../source/source.js';
import type { Report } from './report.js';

/**
 * The one libvirt whose sockets ven gives to a container. Any other needs keys or tunnels that a
 * container lacks.
 */
const CONTAINER_URI = 'qemu:///system';

export function checkHost(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const { host, hosts, engine } = fleet;
  for (const [key, other] of Object.entries({ host, hosts }))
    if (engine && other)
      report({
        rule: 'not-allowed',
        path: [key],
        onKey: true,
        because: [['engine']],
        message: `\`${key}\` is for libvirt, and \`engine\` takes its place`,
        hint: 'Delete one of the two.',
      });
  if (hosts === undefined) {
    checkOne(host, ['host'], report);
    checkPlacedNowhere(vms, report);
    return;
  }
  if (host !== undefined)
    report({
      rule: 'hosts',
      path: ['host'],
      onKey: true,
      because: [['hosts']],
      message: '`host` and `hosts` both say where the fleet is',
      hint: 'Write one of them: `host` for one host, `hosts` for several.',
    });
  const first = new Map<string, string>();
  for (const [name, each] of Object.entries(hosts)) {
    checkOne(each, ['hosts', name], report);
    const other = first.get(keyOf(each.uri));
    if (other === undefined) first.set(keyOf(each.uri), name);
    else
      report({
        rule: 'host-twice',
        path: ['hosts', name, 'uri'],
        because: [['hosts', other, 'uri']],
        message: `${name} and ${other} are one host`,
        hint: 'Name it once.',
      });
  }
  checkPlacements(hosts, vms, report);
}

function checkOne(host: Fleet['host'], path: Path, report: Report): void {
  const uri = host?.uri ?? CONTAINER_URI;
  checkUri(uri, [...path, 'uri'], report);
  checkPassword(uri, [...path, 'uri'], report);
  if (host?.backend === 'libvirt' || host?.vagrant?.runner !== 'container') return;
  if (uri === CONTAINER_URI) return;
  report({
    rule: 'container-uri',
    path: [...path, 'vagrant', 'runner'],
    because: [[...path, 'uri']],
    message: `\`runner: container\` works with ${CONTAINER_URI} only, and \`host.uri\` is another`,
    hint: 'Write `runner: local`, or run ven on that host.',
  });
}

/** However it is reached, and by whom. A socket is a libvirt of its own. */
function keyOf(uri: string): string {
  const { driver, host, port, path, parameters } = parseLibvirtUri(uri) ?? {};
  const socket = /(?:^|[&;])socket=([^&;]*)/.exec(parameters ?? '')?.[1];
  return JSON.stringify([driver, host, port, path, socket]);
}

function checkPlacedNowhere(vms: readonly ExpandedVm[], report: Report): void {
  const seen = new Set<string>();
  for (const { spec, pathOf } of vms)
    for (const key of ['host', 'placement'] as const) {
      const path = pathOf(key);
      if (spec[key] === undefined || seen.has(path.join())) continue;
      seen.add(path.join());
      report({
        rule: 'hosts',
        path,
        onKey: true,
        message: `\`${key}\` chooses among several hosts, and the fleet has no \`hosts\``,
        hint: 'Delete it, or write `hosts: { a: { uri: … }, b: { uri: … } }` in place of `host`.',
      });
    }
}

function checkPlacements(
  hosts: NonNullable<Fleet['hosts']>,
  vms: readonly ExpandedVm[],
  report: Report,
): void {
  const names = Object.keys(hosts);
  const unknown = (name: string, path: Path): void => {
    if (names.includes(name)) return;
    const near = nearest(name, names);
    report({
      rule: 'host-unknown',
      path,
      because: [['hosts']],
      message: `There is no host ${quote(name)} in \`hosts\``,
      hint: near === null ? `It has: ${names.join(', ')}.` : `Did you mean ${quote(near)}?`,
    });
  };
  const seen = new Set<string>();
  for (const { spec, pathOf } of vms) {
    const { host, placement = {} } = spec;
    const at = pathOf('placement');
    if (host !== undefined && !seen.has(pathOf('host').join())) unknown(host, pathOf('host'));
    if (!seen.has(at.join())) {
      placement.hosts?.forEach((name, index) => {
        unknown(name, [...at, 'hosts', index]);
      });
      const wanted = Object.entries(placement.labels ?? {});
      const fits = ({ labels = {} }: FleetHostOfMany): boolean =>
        wanted.every(([key, value]) => labels[key] === value);
      const among = placement.hosts ?? names;
      if (!among.some((name) => hosts[name] && fits(hosts[name])))
        if (wanted.length > 0 && among.every((name) => hosts[name]))
          report({
            rule: 'host-unknown',
            path: [...at, 'labels'],
            because: [['hosts']],
            message: 'No host that the VM may be on has all of these labels',
            hint: 'Write the labels under `hosts`, or ask for fewer.',
          });
    }
    seen.add(pathOf('host').join()).add(at.join());
  }
}

function checkPassword(uri: string, path: Path, report: Report): void {
  if (!/:\/\/[^/@]*:[^/@]*@/.test(uri)) return;
  report({
    rule: 'secret',
    path,
    message: 'The libvirt URI holds a password',
    hint: "Take it out; use an SSH key, or libvirt's own auth.conf.",
  });
}

/** Some libvirt drivers can be connected to, and none of ven's VMs can run there. */
function checkUri(uri: string, path: Path, report: Report): void {
  const wrong = whyNoHost(uri);
  if (wrong === null) return;
  report({
    rule: 'host-uri',
    path,
    // Not quoted: it may hold a password.
    message: `No VM of ven's can run at this libvirt: ${wrong}`,
    hint: 'Write qemu:///system, or qemu+ssh://user@machine/system for another machine.',
  });
}

/** Of libvirt's QEMU driver there are the paths /system, /session and /embed. */
function whyNoHost(uri: string): string | null {
  const parsed = parseLibvirtUri(uri);
  if (parsed === null) return 'libvirt can not read it';
  const { driver, path, parameters } = parsed;
  if (driver !== 'qemu') return `the driver is ${driver}, and ven makes VMs of QEMU`;
  if (path === '/session')
    return (
      "a session is one user's own libvirt, which has no networks and may not write where " +
      'libvirt logs consoles and keeps NVRAM. Members of the group libvirt use /system without sudo'
    );
  if (path !== '/system') return `its path is ${quote(path)}, and only /system leads to a host`;
  // It takes the place of the whole URI at the other end.
  if (/(^|[&;])name=/.test(parameters)) return 'the parameter `name` leads to another libvirt';
  return null;
}
