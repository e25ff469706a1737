import { Args } from '@oclif/core';
import { FLEET_HERE, venCommand } from '../model/index.js';
import { init, wordsOf } from '../operations/index.js';
import { type About, VenCommand, stdout } from '../cli/index.js';

export default class Init extends VenCommand {
  static override about: About = { group: 'Begin', uses: [] };
  static override usage = '[DIR|FILE]';
  static override args = {
    place: Args.string({
      description:
        'a folder, which gets a fleet.yaml, or a file that ends in .yaml or .yml ' +
        '[default: the current folder]',
      ignoreStdin: true,
    }),
  };
  static override summary = 'Write a commented fleet file.';
  static override description =
    'The fleet is named after the folder, or after a file that is not called fleet.yaml. ' +
    'A folder that is missing is made. Never overwrites a file.';
  static override examples = ['$ ven init', '$ ven init lab', '$ ven init fleets/lab.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(Init);
    const { file, fleet } = init(args.place ?? '.');
    const next = venCommand('plan', wordsOf({ file: file === 'fleet.yaml' ? FLEET_HERE : file }));
    stdout(`Wrote ${file}, for the fleet ${fleet}. Next: ${next}\n`);
  }
}
