import { Flags } from '@oclif/core';
import { exportFleet, saveText } from '../operations/index.js';
import { EXPORT_VIEWS, exportNotes } from '../view/index.js';
import {
  type About,
  checkTaken,
  CommandLineError,
  exportFlags,
  exportFormats,
  fleetFile,
  fleetOf,
  hostFlags,
  stderr,
  stdout,
  tellWaiting,
  VenCommand,
} from '../cli/index.js';

export default class Export extends VenCommand {
  static override about: About = { group: 'Look', uses: ['fleet', 'host'] };
  static override args = fleetFile;
  static override summary = 'Write the fleet for another tool.';
  static override description =
    'The addresses of the VMs stand in ansible, ssh-config and csv, so there the host is asked ' +
    'for its DHCP leases. All else comes from the fleet file. Changes nothing and needs no lock.';
  static override examples = [
    '$ ven export --for metal3 --with-secrets | kubectl apply -f -',
    '$ ven export --for ansible --user ubuntu --out inventory.yaml',
    '$ ven export fleets/lab.yaml --for csv --offline',
  ];
  static override flags = {
    ...hostFlags,
    for: Flags.option({ options: exportFormats, required: true })({
      helpGroup: 'Output',
      summary:
        'metal3: BareMetalHosts; tinkerbell: Hardware and Machines; maas: what its command ' +
        'machines create takes, as JSON; ansible: an inventory; ssh-config: for ssh -F; csv: a ' +
        'table.',
    }),
    out: Flags.string({
      helpGroup: 'Output',
      helpValue: 'FILE',
      summary: 'Write to this file, which only you may read, instead of standard output.',
    }),
    ...exportFlags,
    offline: Flags.boolean({
      summary: 'Do not ask the host; the addresses are those that the fleet file fixes.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Export);
    checkTaken(flags.for, flags);
    const { for: format, out, insecure, 'with-secrets': secrets } = flags;
    if (secrets && out === undefined && process.stdout.isTTY)
      throw new CommandLineError({
        summary: 'The credentials would stand on the terminal',
        hint: 'Name a file with --out, or pipe them into the program that needs them',
      });
    const { load, addresses, bmcs } = EXPORT_VIEWS[format];
    const exported = await exportFleet({
      ...{ ...(await fleetOf(flags, args.fleet)), env: process.env, waiting: tellWaiting },
      ...{ bmcs, secrets, addresses: addresses && !flags.offline, bmcHost: flags['bmc-host'] },
    });
    const options = { namespace: flags.namespace ?? null, insecure, user: flags.user ?? null };
    const text = (await load())(exported, options);
    stderr(exportNotes(exported, format, options));
    if (out === undefined) stdout(text);
    else {
      saveText(out, text);
      stderr(`Wrote ${out}.\n`);
    }
  }
}
