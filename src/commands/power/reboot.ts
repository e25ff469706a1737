import {
  type About,
  power,
  powerArgs,
  powerFlags,
  SOME_VMS_USAGE,
  VenCommand,
} from '../../cli/index.js';

export default class PowerReboot extends VenCommand {
  static override about: About = { group: 'Change the host', uses: ['fleet', 'host', 'run'] };
  static override args = powerArgs;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Shut VMs down in order, and start them again.';
  static override description =
    'Each guest is asked as by ven power off; one that does not obey is left running, and named. ' +
    'The start uses the current definition. Without asking the guest: ven power reset. To name ' +
    'VMs is consent; --all asks.';
  static override examples = [
    '$ ven power reboot edge-1 edge-2',
    '$ ven power reboot --all fleets/lab.yaml',
  ];
  static override flags = powerFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PowerReboot);
    process.exitCode = await power({
      action: 'reboot',
      argv,
      flags,
      typed: this.typed,
      style: this.style,
    });
  }
}
