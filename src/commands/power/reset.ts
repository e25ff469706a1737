import {
  type About,
  power,
  powerArgs,
  powerFlags,
  SOME_VMS_USAGE,
  VenCommand,
} from '../../cli/index.js';

export default class PowerReset extends VenCommand {
  static override about: About = { group: 'Change the host', uses: ['fleet', 'host', 'run'] };
  static override args = powerArgs;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Restart VMs at once, without asking their guests.';
  static override description =
    'As the reset button does: what the guest has not written yet is lost. A change that takes ' +
    'effect with a restart does not: that needs ven power reboot. To name VMs is consent; --all ' +
    'asks.';
  static override examples = [
    '$ ven power reset edge-1 edge-2',
    '$ ven power reset --all fleets/lab.yaml',
  ];
  static override flags = powerFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PowerReset);
    process.exitCode = await power({
      action: 'reset',
      argv,
      flags,
      typed: this.typed,
      style: this.style,
    });
  }
}
