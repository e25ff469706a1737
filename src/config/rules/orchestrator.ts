/** Where nodes boot from: what must be said together, and what can't be. */
import type { Fleet } from '../../model/index.js';
import type { ExpandedVm } from '../expand.js';
import type { Report } from './report.js';

export function checkOrchestrator(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const { orchestrator } = fleet;
  if (orchestrator) {
    const { domain, bootUrl, caCertificate } = orchestrator;
    const path = ['orchestrator'];
    if (domain === undefined && bootUrl === undefined) {
      const hint = 'Add `domain: orchestrator.example.com`, or the whole URL as `bootUrl`.';
      const because = [
        [...path, 'domain'],
        [...path, 'bootUrl'],
      ];
      report({ rule: 'missing-key', path, onKey: true, message: '`orchestrator` says neither `domain` nor `bootUrl`', hint, because });
    } else if (!/^http:/.test(bootUrl ?? '') && caCertificate === undefined && vms.some(isUefi)) {
      report({
        rule: 'missing-key',
        path,
        onKey: true,
        message: '`orchestrator` has no `caCertificate`, and firmware trusts no authority by itself',
        hint: "Add `caCertificate: FILE.pem`, the certificate of the authority that signed the boot server's.",
        because: [[...path, 'caCertificate']],
      });
    }
  }
  for (const [name, network] of Object.entries(fleet.networks ?? {})) {
    if (network.httpBoot !== true || network.existing !== undefined) continue;
    const path = ['networks', name, 'httpBoot'];
    if (!orchestrator) {
      const hint = 'Add `orchestrator: { domain: … }` at the top of the file, or delete `httpBoot`.';
      report({ rule: 'not-allowed', path, message: 'There is no `orchestrator` to boot from', hint, because: [['orchestrator']] });
    } else if (network.dhcp === false) {
      const hint = 'Delete `dhcp: false`, or `httpBoot`.';
      report({ rule: 'not-allowed', path, message: 'Only DHCP can tell firmware where to boot from', hint });
    }
  }
  for (const vm of vms.filter(({ copy }) => copy === 0)) {
    const path = vm.pathOf('pxe');
    if (vm.spec.pxe !== false || isUefi(vm) || path[0] !== 'vms') continue;
    const hint = 'Delete `pxe`, or take the network out of `boot`.';
    report({ rule: 'not-allowed', path, message: 'A BIOS has no other way than PXE to boot from the network', hint });
  }
}

const isUefi = ({ spec }: ExpandedVm): boolean => spec.firmware !== 'bios';
