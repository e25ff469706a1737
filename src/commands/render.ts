import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Flags } from '@oclif/core';
import { render } from '../flow/index.js';
import { guessesText, renderedText } from '../view/index.js';
import { fleetFile, VenCommand } from './base/command.js';
import { stderr, stdout } from './base/output.js';

export default class Render extends VenCommand {
  static override args = fleetFile;
  static override summary = 'Show the files that apply would use, without a host.';
  static override flags = { 'out-dir': Flags.string({ helpValue: 'DIR', summary: 'Write them here instead of printing them.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Render);
    const { files, guesses } = render({ file: args.fleet, env: process.env });
    stderr(guessesText(guesses));
    const folder = flags['out-dir'];
    if (folder === undefined) {
      stdout(renderedText(files, this.look));
      return;
    }
    for (const { path, text } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    stdout(files.map(({ path }) => `${join(folder, path)}\n`).join(''));
  }
}
