/** What the owner of a lent network does between a plan and its run. */
import { expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { EXIT, type ResolvedFleet } from '../../src/model/index.js';
import { Lab } from '../fake-host/index.js';

const DNSMASQ = 'http://libvirt.org/schemas/network/dnsmasq/1.0';
const fleetOf = (url: string): ResolvedFleet =>
  loadFleet(
    `apiVersion: ven/v1
fleet: lab
orchestrator: { bootUrl: "${url}" }
networks: { shared: { existing: default, httpBoot: true } }
vms: [{ name: edge, nics: [{ network: shared }] }]
`,
    { file: 'fleet.yaml' },
  );
const option = '<dnsmasq:option value="dhcp-boot=http://theirs.test/b.efi"/>';

test.each<[string, boolean, (xml: string) => string]>([
  [
    'to a network that is about to be lent',
    false,
    (xml) =>
      xml
        .replace('<network', `<network xmlns:dnsmasq="${DNSMASQ}"`)
        .replace('</network>', `<dnsmasq:options>${option}</dnsmasq:options></network>`),
  ],
  [
    'to one that is lent already',
    true,
    (xml) => xml.replace('</dnsmasq:options>', `${option}</dnsmasq:options>`),
  ],
])(
  'boot options that were added %s are refused, and nothing is changed in it',
  async (_, lent, change) => {
    const lab = Lab.bare();
    if (lent) await lab.apply(fleetOf('http://boot.lab.test/a.efi'));
    const fleet = fleetOf('http://boot.lab.test/another.efi');
    const plan = await lab.plan(fleet);
    const network = lab.host.networks.get(lab.network('default'));
    if (!network) throw new Error('no network default');
    network.xml = change(network.xml);
    const before = structuredClone(network);
    const { result, outcomes } = await lab.run(fleet, plan);
    expect(result).toMatchObject({ exitCode: EXIT.someVmsFailed });
    expect([...outcomes].filter(([, outcome]) => outcome === 'failed').map(([id]) => id)).toEqual([
      'network.shared:boot',
    ]);
    expect(lab.host.networks.get(lab.network('default'))).toEqual(before);
    await expect(lab.plan(fleet)).rejects.toMatchObject({
      code: 'foreign-object',
      exitCode: EXIT.refused,
    });
  },
);
