import { Flags } from '@oclif/core';
import { bundle } from '../operations/index.js';
import { bundleText } from '../view/index.js';
import { fleetFile, VenCommand, stdout, stopOnSignals } from '../cli/index.js';

export default class Bundle extends VenCommand {
  static override args = fleetFile;
  static override summary =
    'Gather what somebody needs who is to help with the fleet, in one archive.';
  static override description =
    'The fleet file, what it means, the plan, events of the last runs, what is known of ' +
    'each node, console logs, and facts of this host; without secrets. What can’t be had is ' +
    'named in it. Takes a few seconds, changes nothing, and needs no lock.';
  static override examples = ['$ ven bundle', '$ ven bundle fleets/lab.yaml --output lab.tar.gz'];
  static override flags = {
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary: 'Where to; by default a name with fleet and time, here. Never over a file.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Bundle);
    const stop = stopOnSignals();
    try {
      const made = await bundle({
        file: args.fleet,
        env: process.env,
        output: flags.output ?? null,
        signal: stop.signal,
      });
      stdout(bundleText(made, this.style));
    } finally {
      stop.end();
    }
  }
}
