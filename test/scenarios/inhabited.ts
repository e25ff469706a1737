import { loadFleet } from '../../src/config/index.js';
import { Lab } from '../fake-host/index.js';

/** Somebody else's fleet, whose name begins as the cases' own does. */
const OTHER = loadFleet(
  `apiVersion: ven/v1
fleet: lab-2
networks:
  lab: { mode: isolated, subnet: 10.98.0.0/24 }
vms:
  - name: edge-1
    nics: [{ network: lab }]
    disks: [{ size: 1GiB }]
`,
  { file: 'other.yaml' },
);

let made: Promise<Lab> | undefined;

/**
 * A host with other people's things on it: a running domain with a disk, a network, and a fleet.
 */
export async function inhabited(): Promise<Lab> {
  made ??= (async () => {
    const lab = Lab.bare();
    const { host } = lab;
    host.addForeignVolume('default', 'theirs.qcow2');
    host.addForeignNetwork({ name: 'theirs', bridge: 'virbr7', gateway: '10.99.0.1/24' });
    const disks = [{ path: '/var/lib/libvirt/images/theirs.qcow2', target: 'vda' }];
    host.addForeignDomain(
      { name: 'theirs', disks, networks: ['default', 'theirs'] },
      { running: true },
    );
    await lab.apply(OTHER);
    return lab;
  })();
  return (await made).copy();
}
