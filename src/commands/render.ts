import { Flags } from '@oclif/core';
import type { EngineName } from '../model/index.js';
import { render, saveFiles } from '../operations/index.js';
import { guessesText, renderedCount, renderedText } from '../view/index.js';
import {
  type About,
  fleetFile,
  VenCommand,
  stderr,
  stdout,
  fleetOf,
  hostFlags,
} from '../cli/index.js';

export default class Render extends VenCommand {
  static override about: About = { group: 'Look', uses: ['fleet', 'hostName'] };
  static override args = fleetFile;
  static override summary = 'Show the files that apply would use, without a host.';
  static override examples = ['$ ven render', '$ ven render fleets/lab.yaml --out-dir rendered'];
  static override flags = {
    ...hostFlags,
    for: Flags.string({
      options: ['libvirt', 'kubevirt'],
      summary: 'What runs the VMs. Default: what the fleet file says.',
    }),
    'out-dir': Flags.string({
      helpValue: 'DIR',
      summary: 'Write the files here instead of printing them.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Render);
    const request = { ...(await fleetOf(flags, args.fleet)), env: process.env };
    const { files, guesses } = await render(request, flags.for as EngineName | undefined);
    stderr(guessesText(guesses));
    const folder = flags['out-dir'];
    if (folder === undefined) stdout(renderedText(files, this.style));
    else for (const file of saveFiles(folder, files)) stdout(`${file}\n`);
    stderr(renderedCount(files, folder));
  }
}
