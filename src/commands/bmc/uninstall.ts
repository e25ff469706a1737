import { uninstallBmcs } from '../../operations/index.js';
import { type About, fleetFile, fleetOf, hostFlags, stdout, VenCommand } from '../../cli/index.js';

export default class BmcUninstall extends VenCommand {
  static override about: About = { group: 'Nodes', uses: ['fleet', 'hostName'] };
  static override args = fleetFile;
  static override summary = 'Stop and delete the service that ven bmc install made.';
  static override examples = ['$ ven bmc uninstall'];
  static override flags = hostFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BmcUninstall);
    const { path, removed } = await uninstallBmcs({
      ...(await fleetOf(flags, args.fleet)),
      env: process.env,
    });
    stdout(removed ? `Removed: ${path}\n` : `There is none: ${path}\n`);
  }
}
