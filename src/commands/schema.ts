import { Args, Flags } from '@oclif/core';
import { saveText, schema, SCHEMAS } from '../operations/index.js';
import { VenCommand, stderr, stdout, type About } from '../cli/index.js';

export default class Schema extends VenCommand {
  static override about: About = { group: 'Begin', uses: [] };
  static override summary = 'Print the JSON Schema of the fleet file, for editors.';
  static override description =
    'An editor with a YAML language server completes and explains the keys of a file whose first ' +
    'line is "# yaml-language-server: $schema=PATH", with a path from the folder of the file.';
  static override usage = '[fleet|profile] [FLAGS]';
  static override examples = ['$ ven schema', '$ ven schema profile --output profile.schema.json'];
  static override args = {
    of: Args.option({
      options: SCHEMAS,
      description: 'the schema of fleet files, or of profiles of nodes',
    })({ default: 'fleet', ignoreStdin: true }),
  };
  static override flags = {
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary: 'Write it to this file instead of printing it.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Schema);
    const text = schema(args.of);
    if (flags.output === undefined) {
      stdout(text);
      return;
    }
    saveText(flags.output, text);
    stderr(`Wrote ${flags.output}.\n`);
  }
}
