/**
 * Names that libvirt, a bridge or virsh (which also takes ids) could misread, and names that are
 * used twice.
 */
import type { Fleet } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { label, type Path } from '../source/source.js';
import type { Report } from './report.js';

const MAX_LABEL = 63;

/** virsh takes an argument as an id, then as a UUID, and only then as a name. */
export function isUuidShaped(name: string): boolean {
  return /^[0-9a-f]{32}$/i.test(name.replaceAll('-', ''));
}

export function checkNames(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const plainName = (name: string, path: Path, onKey: boolean): void => {
    if (/^[0-9-]+$/.test(name)) {
      report({
        rule: 'name',
        path,
        onKey,
        message: `"${name}" can't be a name: it is only a number`,
        hint: `Put letters into it: \`n${name}\`.`,
      });
    } else if (isUuidShaped(name)) {
      report({
        rule: 'name',
        path,
        onKey,
        message: `"${name}" can't be a name: it has the form of a UUID`,
        hint: 'Choose a name that people can tell from a UUID.',
      });
    }
  };
  plainName(fleet.fleet, ['fleet'], false);
  fleet.vms.forEach((vm, index) => plainName(vm.name, ['vms', index, 'name'], false));
  for (const [name, network] of Object.entries(fleet.networks ?? {})) {
    plainName(name, ['networks', name], true);
    if (network.existing !== undefined) existingName(fleet, name, network.existing, report);
    if (name === 'default' && network.existing !== 'default') {
      const hint =
        "Choose another name; `default` is libvirt's own network, which `nics: default` uses.";
      report({
        rule: 'reserved-name',
        path: ['networks', name],
        onKey: true,
        message: 'A network of the fleet can\'t be named "default"',
        hint,
      });
    }
  }
  const hosts = Object.entries(fleet.hosts ?? {});
  for (const [name] of hosts) plainName(name, ['hosts', name], true);
  const written: [Path, string | undefined][] = [
    [['host'], fleet.host?.storagePool],
    ...hosts.map(([name, { storagePool }]): [Path, string | undefined] => [
      ['hosts', name],
      storagePool,
    ]),
  ];
  for (const [path, pool] of written)
    if (pool !== undefined && isUuidShaped(pool))
      report({
        rule: 'name',
        path: [...path, 'storagePool'],
        message: `"${pool}" has the form of a UUID`,
        hint: "Write the pool's name.",
      });
  vmNames(fleet, vms, report);
}

function existingName(fleet: Fleet, key: string, existing: string, report: Report): void {
  const path = ['networks', key, 'existing'];
  if (isUuidShaped(existing))
    report({
      rule: 'name',
      path,
      message: `"${existing}" has the form of a UUID`,
      hint: "Write the network's name, as `virsh net-list --all` shows it.",
    });
  const own = Object.entries(fleet.networks ?? {}).find(
    ([name, network]) => network.existing === undefined && `${fleet.fleet}_${name}` === existing,
  );
  if (own) {
    const hint = `Delete this entry, and write \`network: ${own[0]}\` where it is used.`;
    report({
      rule: 'existing-is-own',
      path,
      message: `"${existing}" is this fleet's own network ${label(['networks', own[0]])}`,
      hint,
      because: [['networks', own[0]], ['fleet']],
    });
  }
}

function vmNames(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const seen = new Map<string, ExpandedVm>();
  for (const vm of vms) {
    const path = [...vm.path, 'name'];
    if (vm.name.length > MAX_LABEL) {
      const most = MAX_LABEL - String(vm.group.count).length - 1;
      const hint = `Keep the name within ${most} characters.`;
      report({
        rule: 'name',
        path,
        message: `With its number the name is longer than ${MAX_LABEL} characters`,
        hint,
      });
    }
    const first = seen.get(vm.name);
    if (!first) seen.set(vm.name, vm);
    else {
      const hint = 'Give one of them another name, or raise the `count` of the first.';
      report({
        rule: 'duplicate-name',
        path,
        message: `There is a second VM named "${vm.name}" (the first is from ${label(first.path)})`,
        hint,
        because: [
          [...first.path, 'name'],
          [...first.path, 'count'],
          [...vm.path, 'count'],
        ],
      });
    }
    if (vm.spec.nics === 'per-vm' && Object.hasOwn(fleet.networks ?? {}, vm.name)) {
      const hint = 'Rename the network or the VM.';
      report({
        rule: 'duplicate-name',
        path: ['networks', vm.name],
        onKey: true,
        message:
          `"${vm.name}" is also the name of the network that \`nics: per-vm\` creates ` +
          `for the VM "${vm.name}"`,
        hint,
        because: [path, vm.pathOf('nics')],
      });
    }
  }
}
