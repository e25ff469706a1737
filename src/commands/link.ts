import { type About, link, linkFlags, ONE_VM_USAGE, oneVm, VenCommand } from '../cli/index.js';

export default class LinkCommand extends VenCommand {
  static override about: About = {
    group: 'Change the host',
    uses: ['fleet', 'host'],
    exits: { locked: 'Another run holds the fleet.' },
  };
  static override args = oneVm;
  static override usage = ONE_VM_USAGE;
  static override summary = 'Make the link of a running VM bad, for a drill; or show how it is.';
  static override description =
    'Changes what runs, and neither the fleet file nor the definition: until --reset, the end of ' +
    '--for, or the next apply, ven plan shows drift. What is not named stays as it is. All but ' +
    "--down, --up and --rate need root on the host, and its kernel's netem.";
  static override examples = [
    '$ ven link edge-1 --loss 10% --latency 200ms --for 30s',
    '$ ven link edge-1 --down --nic 1',
    '$ ven link edge-1 --reset fleets/lab.yaml',
  ];
  static override flags = linkFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LinkCommand);
    process.exitCode = await link(args, flags, this.style);
  }
}
