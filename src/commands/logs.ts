import { Flags } from '@oclif/core';
import { EXIT } from '../model/index.js';
import {
  type About,
  logFlags,
  namedVms,
  showLogs,
  since,
  someVmsOf,
  stopOnSignals,
  VenCommand,
} from '../cli/index.js';

export default class Logs extends VenCommand {
  static override about: About = { group: 'Nodes', uses: ['fleet', 'host'] };
  static override args = namedVms;
  static override strict = false;
  static override usage = 'VM... [FLEET] [FLAGS]';
  static override summary = 'Show the output of VMs on their serial consoles.';
  static override description =
    'Cleaned for reading: the final text of each line, without colours and cursor ' +
    "movements. Of several VMs, each line begins with the VM's name. The log outlives restarts, " +
    'and destroy without --purge.';
  static override examples = [
    '$ ven logs edge-1',
    '$ ven logs edge-1 edge-2 --since boot --follow',
    '$ ven logs edge-1 --raw > edge-1.bytes',
  ];
  static override flags = {
    ...logFlags,
    follow: Flags.boolean({
      char: 'f',
      summary: 'Print new output as it comes, through restarts of the VM, until Ctrl-C.',
    }),
    since: since({
      helpValue: 'boot',
      summary: 'Only since the last boot, if the log shows one.',
    }),
    tail: Flags.integer({
      char: 'n',
      min: 0,
      helpValue: 'N',
      summary: 'Only the last N lines of the existing log.',
    }),
    raw: Flags.boolean({ summary: 'Print the raw bytes.' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Logs);
    const fleet = await someVmsOf(argv, flags);
    const stop = stopOnSignals();
    try {
      await showLogs(fleet, flags, stop);
      if (stop.interrupted()) process.exitCode = EXIT.interrupted;
    } finally {
      stop.end();
    }
  }
}
