import { setTimeout as pause } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { status } from '../flow/index.js';
import { canRedraw, statusJson, statusText } from '../view/index.js';
import { fleetFile, json, VenCommand } from './base/command.js';
import { readerIsGone, stdout } from './base/output.js';

const INTERVAL_MS = 2000;
const CLEAR = '\u001b[H\u001b[2J';

export default class Status extends VenCommand {
  static override args = fleetFile;
  static override summary = 'Show each VM as it stands on the host.';
  static override flags = {
    json: json('the state'),
    watch: Flags.boolean({ char: 'w', summary: 'Show it again whenever it changes, until Ctrl-C; with --json one object a line.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const redraw = flags.watch && !flags.json && canRedraw(process.stdout, process.env);
    let shown = '';
    do {
      const seen = await status({ file: args.fleet, env: process.env });
      const text = flags.json ? statusJson(seen, flags.watch ? 'line' : 'object') : statusText(seen, this.look);
      if (text !== shown) stdout(redraw ? CLEAR + text : text);
      shown = text;
      if (flags.watch) await pause(INTERVAL_MS);
    } while (flags.watch && !readerIsGone());
  }
}
