/**
 * The rules that a schema can't express. Each checks a fleet that has passed the schema, and
 * reports; none throws.
 */
import type { Fleet } from '../../model/index.js';
import { countVms, expandVms, MAX_VMS } from '../resolve/expand.js';
import { checkBmc } from './bmc.js';
import { checkFirmware } from './firmware.js';
import { checkHost } from './host.js';
import { checkKubevirt } from './kubevirt.js';
import { checkNames } from './names.js';
import { checkNetworks } from './networks.js';
import { checkNics } from './nics.js';
import { checkOrchestrator } from './orchestrator.js';
import type { RuleFinding } from './report.js';
import { checkVms } from './vms.js';

export type { RuleFinding } from './report.js';

export function checkRules(fleet: Fleet): RuleFinding[] {
  const total = countVms(fleet);
  const most = MAX_VMS * Math.max(1, Object.keys(fleet.hosts ?? {}).length);
  if (total > most) {
    return [
      {
        rule: 'too-many-vms',
        path: ['vms'],
        onKey: true,
        message: `The fleet has ${total} VMs; ${holds(fleet)} at most ${most}`,
        hint: 'Split the fleet.',
      },
    ];
  }
  const findings: RuleFinding[] = [];
  const report = (finding: RuleFinding): void => void findings.push(finding);
  const vms = expandVms(fleet);
  checkHost(fleet, vms, report);
  checkNames(fleet, vms, report);
  checkNetworks(fleet, report);
  checkOrchestrator(fleet, vms, report);
  checkNics(fleet, vms, report);
  checkFirmware(vms, report);
  checkVms(fleet, vms, report);
  checkBmc(fleet, vms, report);
  checkKubevirt(fleet, vms, report);
  return findings;
}

function holds({ hosts }: Fleet): string {
  return hosts && Object.keys(hosts).length > 1 ? 'its hosts hold' : 'one host holds';
}
