/**
 * What a change of each key of a fleet file costs. `test/unit/docs/costs.test.ts` makes every
 * change here in a fleet that was applied, and compares the plan.
 */

export const COSTS = {
  nothing: 'nothing on the host',
  live: 'live',
  restart: 'restarts the VM',
  replace: 'replaces the VM: its disks are lost',
  create: 'creates the VM; the others stay as they are',
  another: 'deletes the VM, and creates another one',
  rebuild: 'rebuilds the network; its VMs are attached again, live',
};
export type Cost = keyof typeof COSTS;

/** Parts of a fleet file; `vm` goes into the one VM, `network` into its network. */
export interface Part {
  vm?: object;
  network?: object;
  orchestrator?: object;
  host?: object;
}

export interface Change {
  /** Which change it is, where a key has several. */
  what?: string;
  before?: Part;
  after: Part;
  cost: Cost;
}

const vm = (cost: Cost, after: object, before: object = {}, what?: string): Change => ({
  cost,
  before: { vm: before },
  after: { vm: after },
  ...(what === undefined ? {} : { what }),
});
const network = (cost: Cost, after: object): Change => ({ cost, after: { network: after } });

const CERTIFICATES = 'test/unit/efi/certificates';
const ORCHESTRATOR = {
  domain: 'a.test',
  caCertificate: `${CERTIFICATES}/root.pem`,
  project: 'a',
  onboarding: 'interactive',
};
const orchestrator = (cost: Cost, after: object): Change => ({
  cost,
  before: { orchestrator: ORCHESTRATOR },
  after: { orchestrator: { ...ORCHESTRATOR, ...after } },
});
/** The project's, on no host. */
const provider = (after: object): Change => orchestrator('live', { provider: after });
const ACCOUNT = { username: 'me', sshKey: 'ssh-ed25519 AAAA' };
/** With keys of one's own. */
const keys = (names: object): object => ({ firmware: { secureBoot: names } });
const [A, B] = ['a', 'b'].map((name) => `${CERTIFICATES}/signer-${name}.pem`);

const login = (env: string): object => ({
  credentials: { username: { env }, password: { env } },
});
const BMC = { type: 'redfish', ...login('A') };
const OTHERS = login('B');

const link = (link: object): Change => vm('live', { nics: [{ network: 'lab', link }] });

/** By the key's path; `vms[]` is also said of `defaults`. */
export const CHANGES: Record<string, readonly Change[]> = {
  'host.backend': [{ after: { host: { backend: 'libvirt' } }, cost: 'nothing' }],
  'host.accelerator': [
    {
      before: { host: { accelerator: 'qemu' } },
      after: { host: { accelerator: 'kvm' } },
      cost: 'restart',
    },
  ],
  'host.storagePool': [{ after: { host: { storagePool: 'fast' } }, cost: 'replace' }],
  'host.vagrant.runner': [
    { after: { host: { vagrant: { runner: 'container' } } }, cost: 'nothing' },
  ],
  'host.vagrant.folder': [{ after: { host: { vagrant: { folder: true } } }, cost: 'nothing' }],
  'host.vagrant.image': [{ after: { host: { vagrant: { image: 'own/image' } } }, cost: 'nothing' }],

  'orchestrator.domain': [orchestrator('rebuild', { domain: 'b.test' })],
  'orchestrator.bootUrl': [orchestrator('rebuild', { bootUrl: 'https://b.test/own.efi' })],
  'orchestrator.caCertificate': [
    orchestrator('restart', { caCertificate: `${CERTIFICATES}/middle.pem` }),
  ],
  'orchestrator.onboarding': [orchestrator('nothing', { onboarding: 'none' })],
  'orchestrator.project': [orchestrator('nothing', { project: 'b' })],
  'orchestrator.credentials': [
    orchestrator('nothing', { credentials: { username: { env: 'A' }, password: { env: 'B' } } }),
  ],
  'orchestrator.osCredentials': [
    orchestrator('nothing', { osCredentials: { username: { env: 'A' }, password: { env: 'B' } } }),
  ],
  'orchestrator.profile': [orchestrator('nothing', { profile: './mine.yaml' })],
  'orchestrator.removeHosts': [orchestrator('nothing', { removeHosts: true })],
  'orchestrator.provider': [provider({ autoProvision: false })],
  'orchestrator.provider.defaultOs': [provider({ defaultOs: 'microvisor-nonrt' })],
  'orchestrator.provider.autoProvision': [provider({ autoProvision: false })],
  'orchestrator.provider.osSecurityFeatureEnable': [provider({ osSecurityFeatureEnable: true })],
  'orchestrator.provider.defaultLocalAccount': [provider({ defaultLocalAccount: 'lab' })],
  'orchestrator.provider.defaultLocalAccount.username': [
    provider({ defaultLocalAccount: ACCOUNT }),
  ],
  'orchestrator.provider.defaultLocalAccount.sshKey': [provider({ defaultLocalAccount: ACCOUNT })],

  'networks.NAME.mode': [network('rebuild', { mode: 'isolated' })],
  'networks.NAME.subnet': [network('rebuild', { subnet: '192.168.152.0/24' })],
  'networks.NAME.dhcp': [
    network('live', { dhcp: { start: '192.168.150.10', end: '192.168.150.99' } }),
  ],
  'networks.NAME.dns': [network('live', { dns: { hosts: { '192.168.150.1': ['a.test'] } } })],
  'networks.NAME.httpBoot': [
    {
      before: { orchestrator: ORCHESTRATOR },
      after: { orchestrator: ORCHESTRATOR, network: { httpBoot: false } },
      cost: 'rebuild',
    },
  ],

  'vms[].name': [vm('another', { name: 'b' })],
  'vms[].count': [
    vm('create', { count: 2 }, { count: 1 }, 'raised'),
    vm('another', { count: 1 }, {}, 'added to a VM that had none'),
  ],
  'vms[].cpus': [vm('restart', { cpus: 2 })],
  'vms[].memory': [vm('restart', { memory: '2GiB' })],
  'vms[].disks': [
    vm('restart', { disks: [{ size: '2GiB' }, { size: '1GiB' }] }, {}, 'a disk added'),
    vm('replace', {}, { disks: [{ size: '2GiB' }, { size: '1GiB' }] }, 'a disk removed'),
  ],
  'vms[].disks[].size': [
    vm('live', { disks: [{ size: '3GiB' }] }, {}, 'grown'),
    vm('replace', { disks: [{ size: '1GiB' }] }, {}, 'shrunk'),
  ],
  'vms[].disks[].bus': [vm('replace', { disks: [{ size: '2GiB', bus: 'virtio' }] })],
  'vms[].disks[].pool': [vm('replace', { disks: [{ size: '2GiB', pool: 'fast' }] })],
  'vms[].disks[].serial': [vm('restart', { disks: [{ size: '2GiB', serial: 'DISK-0001' }] })],
  'vms[].firmware': [vm('replace', { firmware: 'bios' }, {}, 'another kind')],
  'vms[].firmware.loader': [
    vm('replace', { firmware: { loader: '/fw/own.fd', nvramTemplate: '/fw/own-vars.fd' } }),
  ],
  'vms[].firmware.secureBoot': [
    vm('replace', keys({ keys: A }), { firmware: 'uefi' }, 'switched on'),
  ],
  'vms[].firmware.secureBoot.keys': [vm('restart', keys({ keys: B }), keys({ keys: A }))],
  'vms[].firmware.secureBoot.PK': [vm('restart', keys({ PK: B, db: A }), keys({ PK: A, db: A }))],
  'vms[].firmware.secureBoot.KEK': [
    vm('restart', keys({ PK: A, KEK: B, db: A }), keys({ PK: A, db: A })),
  ],
  'vms[].firmware.secureBoot.db': [
    vm('restart', keys({ PK: A, db: [A, B] }), keys({ PK: A, db: A })),
  ],
  'vms[].tpm': [vm('restart', { tpm: false })],
  'vms[].boot': [vm('restart', { boot: ['network', 'disk'] })],
  'vms[].pxe': [vm('restart', { pxe: false })],
  'vms[].nics': [
    vm(
      'restart',
      { nics: [{ network: 'lab' }, { network: 'dmz' }] },
      {},
      'a card added or removed',
    ),
    vm('live', { nics: 'default' }, {}, 'the card on another network'),
  ],
  'vms[].nics[].network': [vm('live', { nics: [{ network: 'dmz' }] })],
  'vms[].nics[].bridge': [vm('live', { nics: [{ bridge: 'virbr0' }] })],
  'vms[].nics[].mac': [vm('restart', { nics: [{ network: 'lab', mac: '52:54:00:00:00:01' }] })],
  'vms[].nics[].address': [vm('live', { nics: [{ network: 'lab', address: '192.168.150.10' }] })],
  'vms[].nics[].model': [vm('restart', { nics: [{ network: 'lab', model: 'e1000' }] })],
  'vms[].nics[].link': [link({ loss: '1%' })],
  'vms[].nics[].link.state': [link({ state: 'down' })],
  'vms[].nics[].link.rate': [link({ rate: '20Mbit' })],
  'vms[].nics[].link.rate.in': [link({ rate: { in: '20Mbit' } })],
  'vms[].nics[].link.rate.out': [link({ rate: { out: '20Mbit' } })],
  'vms[].nics[].link.latency': [link({ latency: '50ms' })],
  'vms[].nics[].link.jitter': [link({ latency: '50ms', jitter: '5ms' })],
  'vms[].nics[].link.loss': [link({ loss: '1%' })],
  'vms[].nics[].link.duplicate': [link({ duplicate: '1%' })],
  'vms[].nics[].link.corrupt': [link({ corrupt: '1%' })],
  'vms[].serialNumbers': [vm('restart', { serialNumbers: ['VM112M01'] })],
  'vms[].smbios': [vm('restart', { smbios: { manufacturer: 'Acme' } })],
  'vms[].smbios.manufacturer': [vm('restart', { smbios: { manufacturer: 'Acme' } })],
  'vms[].smbios.product': [vm('restart', { smbios: { product: 'Edge Server 9' } })],
  'vms[].smbios.assetTag': [vm('restart', { smbios: { assetTag: 'RACK-7-12' } })],
  'vms[].smbios.uuid': [
    vm('restart', { smbios: { uuid: '5f2b8c1e-0d3a-4c57-9a61-7e8f90ab12cd' } }),
  ],
  'vms[].graphics': [vm('restart', { graphics: 'vnc' })],
  'vms[].graphics.listen': [
    vm('restart', { graphics: { type: 'vnc', listen: '0.0.0.0' } }, { graphics: 'vnc' }),
  ],
  'vms[].graphics.port': [
    vm('restart', { graphics: { type: 'vnc', port: 5910 } }, { graphics: 'vnc' }),
  ],
  'vms[].bmc': [vm('restart', { bmc: BMC })],
  'vms[].bmc.listen': [vm('nothing', { bmc: { ...BMC, listen: '192.0.2.1' } }, { bmc: BMC })],
  'vms[].bmc.port': [vm('nothing', { bmc: { ...BMC, port: 'per-vm' } }, { bmc: BMC })],
  'vms[].bmc.tls': [vm('nothing', { bmc: { ...BMC, tls: false } }, { bmc: BMC })],
  'vms[].bmc.credentials': [vm('nothing', { bmc: { ...BMC, ...OTHERS } }, { bmc: BMC })],
  'vms[].bmc.credentials.username': [vm('nothing', { bmc: { ...BMC, ...OTHERS } }, { bmc: BMC })],
  'vms[].bmc.credentials.password': [vm('nothing', { bmc: { ...BMC, ...OTHERS } }, { bmc: BMC })],
  'vms[].autostart': [vm('live', { autostart: true })],
  'vms[].power': [vm('live', { power: 'off' })],
  'vms[].protect': [vm('live', { protect: true })],
  'vms[].ignore': [vm('nothing', { ignore: ['memory'] })],
  'vms[].shutdownTimeout': [vm('nothing', { shutdownTimeout: '10s' })],
  'vms[].title': [vm('live', { title: 'Edge node in rack 3' })],
  'vms[].description': [vm('live', { description: 'For the nightly test.' })],
};

/** Of keys for which no plan of one fleet says it. */
const PLACES = 'where new VMs go; those that are there stay';

export const OTHER_CHANGES: Record<string, string> = {
  apiVersion: 'there is one version',
  fleet: 'another fleet: destroy the one of the old name first',
  'host.uri': 'another host: the VMs on the old one stay there',
  'hosts.NAME.uri': 'another host, which has none of the VMs of the old one',
  'hosts.NAME.backend': 'nothing on the host',
  'hosts.NAME.accelerator': 'as of `host.accelerator`, for the VMs on it',
  'hosts.NAME.storagePool': 'as of `host.storagePool`, for the VMs on it',
  'hosts.NAME.vagrant': 'nothing on the host',
  'hosts.NAME.labels': PLACES,
  'hosts.NAME.reserve': PLACES,
  'hosts.NAME.overcommit': PLACES,
  'vms[].host': 'a VM that is on another host is refused, and stays',
  'vms[].placement': PLACES,
  'engine.kubevirt': 'another place: the VMs in the old one stay there',
  'engine.kubevirt.storageClass': 'as of the `pool` of a disk',
  'networks.NAME.existing': 'another network: its VMs are attached to it, live',
  'vms[].firmware.nvramTemplate': 'as of `loader`',
  'vms[].bmc.type': 'there is one kind',
  'vms[].graphics.type': 'there is one kind',
  'vms[].graphics.password': 'live; another password only, and not whether there is one',
};
