import { Flags } from '@oclif/core';
import { bundle } from '../operations/index.js';
import { bundleText } from '../view/index.js';
import {
  type About,
  fleetFile,
  VenCommand,
  stdout,
  stopOnSignals,
  fleetOf,
  hostFlags,
} from '../cli/index.js';

export default class Bundle extends VenCommand {
  static override about: About = { group: 'Others', uses: ['fleet', 'host', 'records'] };
  static override args = fleetFile;
  static override summary =
    'Collect what is needed to diagnose problems of the fleet, in one archive.';
  static override description =
    'The fleet file, what it resolves to, the plan, events of the last runs, the record of ' +
    'each node, console logs, and facts about this host; without secrets. It lists what could ' +
    'not be collected. Takes a few seconds, changes nothing, and needs no lock.';
  static override examples = ['$ ven bundle', '$ ven bundle fleets/lab.yaml --output lab.tar.gz'];
  static override flags = {
    ...hostFlags,
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary:
        'The archive to write; default: ven-bundle-FLEET-TIME.tar.gz here. Never overwrites.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Bundle);
    const fleet = await fleetOf(flags, args.fleet);
    const stop = stopOnSignals();
    try {
      const made = await bundle({
        ...fleet,
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
