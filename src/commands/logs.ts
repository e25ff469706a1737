import { Flags } from '@oclif/core';
import { logs } from '../operations/index.js';
import { EXIT } from '../model/index.js';
import { printable } from '../view/index.js';
import {
  type About,
  ONE_VM_USAGE,
  oneVm,
  VenCommand,
  readerIsGone,
  since,
  stdout,
  stopOnSignals,
  fleetOf,
  logFlags,
} from '../cli/index.js';

export default class Logs extends VenCommand {
  static override about: About = { group: 'Nodes', uses: ['fleet', 'host'] };
  static override args = oneVm;
  static override usage = ONE_VM_USAGE;
  static override summary = 'Show the output of a VM on its serial console.';
  static override description =
    'Cleaned for reading: the final text of each line, without colours and cursor ' +
    'movements. The log outlives restarts, and destroy without --purge.';
  static override examples = [
    '$ ven logs edge-1',
    '$ ven logs edge-1 --since boot --follow',
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
    const { args, flags } = await this.parse(Logs);
    const { raw, follow } = flags;
    const fleet = await fleetOf(flags, args.fleet);
    const stop = stopOnSignals();
    const write = (text: string): void => {
      if (readerIsGone()) stop.now();
      else if (text !== '') stdout(raw ? Buffer.from(text, 'latin1') : printable(text));
    };
    await logs({
      vm: args.vm,
      ...fleet,
      env: process.env,
      follow,
      raw,
      since: flags.since ?? null,
      tail: flags.tail ?? null,
      signal: stop.signal,
      write,
    });
    if (stop.interrupted()) process.exitCode = EXIT.interrupted;
    stop.end();
  }
}
