/**
 * libvirt's own network `default` with boot options: a file of its own, since VMs of other tests
 * may be on it.
 */
import { afterAll, expect, it } from 'vitest';
import { changes, Lab, lines, tryVirsh, virsh } from './lab.js';

const lab = new Lab('default');
const dumps = (): Promise<string[]> =>
  Promise.all([virsh('net-dumpxml', 'default'), virsh('net-dumpxml', 'default', '--inactive')]);

afterAll(() => lab.close());

it('libvirt’s own network is lent and given back as it was', async () => {
  const found = await tryVirsh('net-dumpxml', 'default');
  const fit =
    found.code === 0 &&
    found.stdout.includes('<dhcp>') &&
    !found.stdout.includes('dnsmasq:options');
  if (!fit || !(await lines('net-list', '--name')).includes('default')) return;
  const was = await dumps();
  lab.write(`orchestrator: { bootUrl: 'http://10.0.0.1/a.efi' }
networks: { shared: { existing: default, httpBoot: true } }
${Lab.SMALL}vms: [{ name: n, nics: default }]
`);
  await lab.apply();
  expect(changes(await lab.plan())).toEqual([]);
  expect(await virsh('net-dumpxml', 'default')).toContain('dhcp-boot=tag:efi-http');
  expect((await lab.ven('destroy', '--yes')).code).toBe(0);
  expect(await dumps()).toEqual(was);
});
