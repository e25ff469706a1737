import type { Lab } from '../../fake-host/index.js';

/**
 * As a destroy leaves it that is killed right after the orchestrator has forgotten a VM, or right
 * before.
 */
export default function killed(lab: Lab): void {
  for (const vm of ['lab_edge-2', 'lab_off'])
    lab.host.edit(lab.domain(vm), (xml) =>
      xml.replace('ready="yes"', 'ready="yes" registered="no"'),
    );
  lab.orchestrator.hosts.delete('EDGE0002');
}
