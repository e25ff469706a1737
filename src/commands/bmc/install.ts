import { Flags } from '@oclif/core';
import { EXIT } from '../../model/index.js';
import { installBmcs } from '../../operations/index.js';
import { bmcUnitText } from '../../view/index.js';
import { type About, fleetFile, fleetOf, hostFlags, stdout, VenCommand } from '../../cli/index.js';

export default class BmcInstall extends VenCommand {
  static override about: About = {
    group: 'Nodes',
    uses: ['fleet', 'hostName'],
    exits: { hostNotReady: 'systemd does not run here; the unit is printed, and not installed.' },
  };
  static override args = fleetFile;
  static override summary = 'Serve the BMCs from now on, as a service of systemd.';
  static override description =
    'For root a service of the machine, which writes nothing but the work folder; for others ' +
    'one of their own. Run it again after the fleet file has moved. Without systemd it prints ' +
    'the unit and changes nothing.';
  static override examples = [
    '$ ven bmc install',
    '$ sudo ven bmc install fleets/lab.yaml --user lab',
    '$ ven bmc install --dry-run',
  ];
  static override flags = {
    ...hostFlags,
    user: Flags.string({
      helpValue: 'NAME',
      summary:
        'For root: who the service runs as; a member of the group libvirt will do. Default: who ' +
        'called sudo, else root.',
    }),
    'env-file': Flags.string({
      helpValue: 'FILE',
      summary:
        'A file with the variables that the credentials are in, as lines NAME=value; mode 0600.',
    }),
    'dry-run': Flags.boolean({ summary: 'Print the unit, and change nothing.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BmcInstall);
    const unit = await installBmcs({
      ...(await fleetOf(flags, args.fleet)),
      env: process.env,
      user: flags.user,
      envFile: flags['env-file'],
      dryRun: flags['dry-run'],
    });
    stdout(bmcUnitText(unit, flags['dry-run']));
    if (unit.done === 'none' && !flags['dry-run']) process.exitCode = EXIT.hostNotReady;
  }
}
