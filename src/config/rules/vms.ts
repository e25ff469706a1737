/** Limits of a VM: memory, disks, serial numbers, graphics, timeouts. */
import ipaddr from 'ipaddr.js';
import { vmUuid, type Fleet } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { label, quote, type Path } from '../source/source.js';
import { durationInSeconds, sizeInKiB } from '../resolve/units.js';
import { isUuidShaped } from './names.js';
import { checkIgnored } from './ignore.js';
import type { Report } from './report.js';

const MIB = 1024;
const TIB = 1024 ** 3;
/**
 * The ports of one AHCI controller; SATA and SCSI share the device letters and unit numbers. The
 * drive of a BMC takes the last one.
 */
const MAX_SATA_AND_SCSI = 6;
/** Each takes a PCI slot. */
const MAX_VIRTIO = 16;
const MAX_SHUTDOWN_SECONDS = 3600;

export function checkVms(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  // The copies of a group are identical.
  for (const vm of vms.filter((one) => one.copy === 0)) {
    checkMemory(vm, report);
    checkDisks(vm, report);
    checkTimes(vm, report);
    checkIgnored(vm, report);
  }
  checkSerials(fleet, report);
  checkSmbios(fleet, vms, report);
  checkGraphics(vms, report);
}

function checkMemory(vm: ExpandedVm, report: Report): void {
  if (vm.spec.memory === undefined) return;
  const size = sizeInKiB(vm.spec.memory);
  if (size >= 64 * MIB && size <= 4 * TIB) return;
  report({
    rule: 'out-of-range',
    path: vm.pathOf('memory'),
    message: `A VM can't have ${vm.spec.memory} of memory`,
    hint: 'Write 64MiB to 4TiB.',
  });
}

function checkDisks(vm: ExpandedVm, report: Report): void {
  const path = vm.pathOf('disks');
  const disks = vm.spec.disks ?? [];
  const hasDrive = typeof vm.spec.bmc === 'object';
  const most = MAX_SATA_AND_SCSI - (hasDrive ? 1 : 0);
  let virtio = 0;
  let others = 0;
  disks.forEach((disk, index) => {
    const size = sizeInKiB(disk.size);
    if (size < MIB || size > 64 * TIB) {
      report({
        rule: 'out-of-range',
        path: [...path, index, 'size'],
        message: `A disk can't have ${disk.size}`,
        hint: 'Write 1MiB to 64TiB.',
      });
    }
    if (disk.pool !== undefined && isUuidShaped(disk.pool)) {
      report({
        rule: 'name',
        path: [...path, index, 'pool'],
        message: `"${disk.pool}" has the form of a UUID`,
        hint: "Write the pool's name.",
      });
    }
    if (disk.bus === 'virtio') virtio++;
    else others++;
    const full = disk.bus === 'virtio' ? virtio === MAX_VIRTIO + 1 : others === most + 1;
    if (!full) return;
    const message =
      disk.bus === 'virtio'
        ? `A VM has at most ${MAX_VIRTIO} virtio disks`
        : `A VM ${hasDrive ? 'with a BMC ' : ''}has at most ${most} SATA and SCSI disks together`;
    report({
      rule: 'too-many-disks',
      path: [...path, index],
      message,
      hint: disk.bus === 'virtio' ? 'Delete some.' : 'Put the others on `bus: virtio`.',
    });
  });
}

function checkTimes(vm: ExpandedVm, report: Report): void {
  const text = vm.spec.shutdownTimeout;
  if (text === undefined || durationInSeconds(text) <= MAX_SHUTDOWN_SECONDS) return;
  report({
    rule: 'out-of-range',
    path: vm.pathOf('shutdownTimeout'),
    message: `A shutdown can't take ${text}`,
    hint: 'Write 60m or less.',
  });
}

function checkSerials(fleet: Fleet, report: Report): void {
  const seen = new Map<string, Path>();
  fleet.vms.forEach((vm, index) => {
    if (!vm.serialNumbers) return;
    const path = ['vms', index, 'serialNumbers'];
    const count = vm.count ?? 1;
    if (vm.serialNumbers.length !== count) {
      const wanted = count === 1 ? 'one VM' : `${count} VMs`;
      const message = `There are ${vm.serialNumbers.length} serial numbers for ${wanted}`;
      const hint =
        vm.count === undefined && vm.serialNumbers.length > 1
          ? `Add \`count: ${vm.serialNumbers.length}\`, or keep one.`
          : `Write ${count}, or delete \`serialNumbers\`: ven derives them.`;
      report({
        rule: 'serial-count',
        path,
        onKey: true,
        message,
        hint,
        because: [['vms', index, 'count']],
      });
    }
    vm.serialNumbers.forEach((serial, place) => {
      const first = seen.get(serial);
      if (!first) seen.set(serial, [...path, place]);
      else
        report({
          rule: 'duplicate-serial',
          path: [...path, place],
          message: `The serial number ${serial} is used twice, first at ${label(first)}`,
          hint: 'Give each VM its own.',
          because: [first],
        });
    });
  });
}

/** Also one that is the derived UUID of another VM would be its identity. */
function checkSmbios(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const owners = new Map(vms.map((vm) => [vmUuid(fleet.fleet, vm.name), vm]));
  for (const vm of vms) {
    const uuid = vm.spec.smbios?.uuid?.toLowerCase();
    if (uuid === undefined) continue;
    const first = owners.get(uuid);
    if (!first) owners.set(uuid, vm);
    else if (first !== vm) {
      report({
        rule: 'duplicate-uuid',
        path: [...vm.pathOf('smbios'), 'uuid'],
        message: `The SMBIOS UUID ${uuid} is that of ${first.name} and of ${vm.name}`,
        hint: 'Give each VM its own, or delete `uuid`: ven derives one.',
      });
    }
  }
}

function checkGraphics(vms: readonly ExpandedVm[], report: Report): void {
  const ports = new Map<number, ExpandedVm>();
  for (const vm of vms) {
    const { graphics } = vm.spec;
    if (graphics === undefined || typeof graphics === 'string') continue;
    const path = vm.pathOf('graphics');
    if (
      graphics.listen !== undefined &&
      !ipaddr.IPv4.isValidFourPartDecimal(graphics.listen) &&
      !isIpv6(graphics.listen)
    ) {
      report({
        rule: 'address',
        path: [...path, 'listen'],
        message: `${quote(graphics.listen)} is not an IP address`,
        hint: 'Write an address of the host: `127.0.0.1`.',
      });
    }
    if (typeof graphics.port !== 'number') continue;
    const first = ports.get(graphics.port);
    if (!first) ports.set(graphics.port, vm);
    else {
      const message = `The VNC port ${graphics.port} is used by more than one VM`;
      report({
        rule: 'duplicate-port',
        path: [...path, 'port'],
        message,
        hint: 'Write `port: auto`, or give each VM its own.',
        because: [[...first.pathOf('graphics'), 'port']],
      });
    }
  }
}

function isIpv6(text: string): boolean {
  return ipaddr.IPv6.isValid(text) && !text.includes('%');
}
