import { type About, move, moveFlags, namedVms, VenCommand } from '../cli/index.js';

export default class Move extends VenCommand {
  static override about: About = {
    group: 'Change the host',
    uses: ['fleet', 'host'],
    exits: {
      someVmsFailed: 'A VM was not moved; the others were.',
      locked: 'Another run holds the fleet.',
      refused: "A VM can't be moved as it is. It was left as it is.",
    },
  };
  static override args = namedVms;
  static override strict = false;
  static override usage = '<%= command.id %> VM... --to HOST [FLEET] [FLAGS]';
  static override summary = 'Move VMs that are off to another host of the fleet.';
  static override description =
    "Copies their disks, their firmware's variables and their TPM's state over libvirt's own " +
    'connections, reads them again, and only then deletes them where they were. A move that was ' +
    'interrupted leaves each VM on one host, and the next move or apply ends it. A VM that runs ' +
    'is refused: switch it off first. To name VMs is consent.';
  static override examples = [
    '$ ven move edge-1 --to b',
    '$ ven move edge-1 edge-2 --to b fleets/lab.yaml',
  ];
  static override flags = moveFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Move);
    process.exitCode = await move(argv, flags, this.style);
  }
}
