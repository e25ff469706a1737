/** BMCs: addresses, and who shares a port. */
import ipaddr from 'ipaddr.js';
import { isWildcard, type Fleet, type FleetBmc } from '../../model/index.js';
import { bmcPorts, listenAddress, writtenBmc } from '../resolve/bmc.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { quote, type Path } from '../source/source.js';
import type { Report } from './report.js';

export function checkBmc(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const ports = bmcPorts(fleet, vms);
  const screens = screenPorts(vms);
  /** By port: what is written of those that listen there, each once. */
  const written = new Map<number, Map<FleetBmc, Path>>();
  for (const vm of vms) {
    const bmc = writtenBmc(vm);
    const port = ports.get(vm.name);
    if (!bmc || port === undefined) continue;
    const others = written.get(port) ?? new Map<FleetBmc, Path>();
    if (others.has(bmc)) continue;
    const path = vm.pathOf('bmc');
    if (vm.copy === 0) checkListen(bmc, path, report);
    const screen = screens.get(port);
    if (screen) {
      report({
        rule: 'duplicate-port',
        path: [...path, 'port'],
        message: `The port ${port} is also that of a screen`,
        hint: 'Write `port: auto`, or choose another.',
        because: [screen],
      });
    }
    checkNeighbours(bmc, path, { port, others, report });
    written.set(port, others.set(bmc, path));
  }
}

function screenPorts(vms: readonly ExpandedVm[]): ReadonlyMap<number, Path> {
  return new Map(
    vms.flatMap((vm): [number, Path][] => {
      const { graphics } = vm.spec;
      if (typeof graphics !== 'object' || typeof graphics.port !== 'number') return [];
      return [[graphics.port, [...vm.pathOf('graphics'), 'port']]];
    }),
  );
}

function checkListen({ listen }: FleetBmc, path: Path, report: Report): void {
  if (listen === undefined || ipaddr.IPv4.isValidFourPartDecimal(listen)) return;
  if (ipaddr.IPv6.isValid(listen) && !listen.includes('%')) return;
  report({
    rule: 'address',
    path: [...path, 'listen'],
    message: `${quote(listen)} is not an IP address`,
    hint: 'Write an address of the machine that runs `ven bmc serve`: `127.0.0.1`.',
  });
}

/** At most one of what is wrong with it beside the others on its port. */
function checkNeighbours(
  bmc: FleetBmc,
  path: Path,
  { port, others, report }: { port: number; others: ReadonlyMap<FleetBmc, Path>; report: Report },
): void {
  const listen = listenAddress(bmc);
  for (const [other, its] of others) {
    const same = listenAddress(other) === listen;
    if (!same && (isWildcard(listen) || isWildcard(listenAddress(other)))) {
      report({
        rule: 'duplicate-port',
        path: [...path, 'listen'],
        message: `The port ${port} is used on one address, and on all of them`,
        hint: 'Give both the same `listen`, or each a port of its own.',
        because: [[...its, 'listen']],
      });
      return;
    }
    if (same && (other.tls ?? true) !== (bmc.tls ?? true)) {
      report({
        rule: 'not-allowed',
        path: [...path, 'tls'],
        message: `Two BMCs share the port ${port}, and not the same \`tls\``,
        hint: 'Write the same in both, or give each a port of its own.',
        because: [[...its, 'tls']],
      });
      return;
    }
  }
}
