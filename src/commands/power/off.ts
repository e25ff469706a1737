import { Flags } from '@oclif/core';
import {
  type About,
  power,
  powerArgs,
  powerFlags,
  SOME_VMS_USAGE,
  VenCommand,
} from '../../cli/index.js';

export default class PowerOff extends VenCommand {
  static override about: About = { group: 'Change the host', uses: ['fleet', 'host', 'run'] };
  static override args = powerArgs;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Shut VMs down in order.';
  static override description =
    'Presses the power button (ACPI), and waits for each guest as long as its shutdownTimeout ' +
    'says. One that does not obey is left running, and named. The next ven apply starts the VM ' +
    'again, unless the fleet file says power: off. To name VMs is consent; --all asks.';
  static override examples = [
    '$ ven power off edge-1 edge-2',
    '$ ven power off --all fleets/lab.yaml',
    '$ ven power off --force edge-1',
  ];
  static override flags = {
    ...powerFlags,
    force: Flags.boolean({
      helpGroup: 'Execution',
      summary: 'Cut the power at once: the guest is not asked, and loses what it has not written.',
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PowerOff);
    process.exitCode = await power({
      action: 'off',
      argv,
      flags,
      typed: this.typed,
      style: this.style,
    });
  }
}
