import { init } from '../operations/index.js';
import { type About, fleetFile, VenCommand, stdout } from '../cli/index.js';

export default class Init extends VenCommand {
  static override about: About = { group: 'Begin', uses: [] };
  static override args = fleetFile;
  static override summary = 'Write a commented fleet file.';
  static override description = 'Never overwrites a file.';
  static override examples = ['$ ven init', '$ ven init fleets/lab.yaml'];

  async run(): Promise<void> {
    const { args } = await this.parse(Init);
    const file = args.fleet ?? './fleet.yaml';
    init(file);
    stdout(`Wrote ${file}. Next: ven plan ${file}\n`);
  }
}
