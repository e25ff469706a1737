import { Flags } from '@oclif/core';
import { vnc } from '../operations/index.js';
import { vncHint, vncText } from '../view/index.js';
import {
  type About,
  ONE_VM_USAGE,
  oneVm,
  VenCommand,
  stderr,
  stdout,
  fleetOf,
  hostFlags,
} from '../cli/index.js';

export default class Vnc extends VenCommand {
  static override about: About = { group: 'Nodes', uses: ['fleet', 'host', 'window'] };
  static override args = oneVm;
  static override usage = ONE_VM_USAGE;
  static override summary = 'Print the address of the screen of a VM, and open a viewer.';
  static override description =
    'Starts the first viewer that is installed (virt-viewer, remote-viewer, vncviewer, ' +
    'gvncviewer), if there is a display. For VMs with graphics: vnc.';
  static override examples = ['$ ven vnc edge-1', '$ ven vnc edge-1 fleets/lab.yaml --print-only'];
  static override flags = {
    ...hostFlags,
    'print-only': Flags.boolean({ summary: 'Do not start a viewer.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Vnc);
    const screen = await vnc({
      vm: args.vm,
      ...(await fleetOf(flags, args.fleet)),
      env: process.env,
      view: !flags['print-only'],
    });
    stdout(vncText(screen));
    stderr(vncHint(screen));
  }
}
