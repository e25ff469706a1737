import { Flags } from '@oclif/core';
import { attach, readAlong } from '../operations/index.js';
import { EXIT } from '../model/index.js';
import { attachingText, keyOf, leftText, readingText } from '../view/index.js';
import {
  type About,
  controlKey,
  ONE_VM_USAGE,
  oneVm,
  VenCommand,
  readerIsGone,
  resetTerminal,
  stderr,
  stdout,
  stopOnSignals,
  fleetOf,
  hostFlags,
  canType,
} from '../cli/index.js';

export default class Console extends VenCommand {
  static override about: About = { group: 'Nodes', uses: ['fleet', 'host'] };
  static override args = oneVm;
  static override usage = ONE_VM_USAGE;
  static override summary = 'Attach this terminal to the serial console of a VM.';
  static override description =
    'One terminal at a time can attach and type; any number can read along. All output is ' +
    'also logged: see ven logs. Needs no lock.';
  static override examples = [
    '$ ven console edge-1',
    '$ ven console edge-1 fleets/lab.yaml --read-only',
  ];
  static override flags = {
    ...hostFlags,
    'read-only': Flags.boolean({
      char: 'r',
      summary:
        'Only read the output, from its log, even while another terminal is attached; without a ' +
        'terminal, that since the last boot, to its end.',
    }),
    escape: controlKey({ default: '^]', helpValue: 'KEY', summary: 'The key that detaches.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Console);
    const { vm } = args;
    const fleet = await fleetOf(flags, args.fleet);
    const stop = stopOnSignals();
    let attached = false;
    const begin = (text: string): void => {
      attached = true;
      stderr(text);
    };
    const request = { ...fleet, vm, env: process.env, signal: stop.signal };
    try {
      if (flags['read-only']) {
        const write = (latin1: string): void =>
          readerIsGone() ? stop.now() : stdout(Buffer.from(latin1, 'latin1'));
        const hasTerminal = canType() || process.stdout.isTTY;
        const onAttach = (address: string): void => {
          if (hasTerminal) begin(readingText(address, this.style));
        };
        await readAlong({ ...request, hasTerminal, write, onAttach });
        if (stop.interrupted()) process.exitCode = EXIT.interrupted;
        return;
      }
      const { escape } = flags;
      const onAttach = (address: string, isBios = false): void =>
        begin(attachingText(address, { leave: keyOf(escape), isBios }, this.style));
      const hasTerminal = canType() && process.stdout.isTTY;
      const { address, ended } = await attach({ ...request, hasTerminal, escape, onAttach });
      resetTerminal();
      attached = false;
      stderr(leftText(address, ended));
    } finally {
      if (attached) resetTerminal();
      stop.end();
    }
  }
}
