import {
  type About,
  power,
  powerArgs,
  powerFlags,
  SOME_VMS_USAGE,
  VenCommand,
} from '../../cli/index.js';

export default class PowerOn extends VenCommand {
  static override about: About = { group: 'Change the host', uses: ['fleet', 'host', 'run'] };
  static override args = powerArgs;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Start VMs, and resume paused ones.';
  static override description =
    'A VM whose memory was saved continues from it. Where the fleet file says power: off, the ' +
    'next ven apply powers the VM off again.';
  static override examples = [
    '$ ven power on edge-1 edge-2',
    '$ ven power on --all fleets/lab.yaml',
  ];
  static override flags = powerFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PowerOn);
    process.exitCode = await power({
      action: 'on',
      argv,
      flags,
      typed: this.typed,
      style: this.style,
    });
  }
}
