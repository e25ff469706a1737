import { Args } from '@oclif/core';
import { completionScript, SHELLS } from '../operations/index.js';
import { type About, VenCommand, stdout } from '../cli/index.js';

export default class Completion extends VenCommand {
  static override about: About = { group: 'Others', uses: [] };
  static override summary =
    'Print a script that completes commands, flags, fleet files and addresses.';
  static override description =
    'The script asks ven, so it knows new commands by itself, and the VMs of the fleet file on ' +
    'the line.';
  static override usage = 'bash|zsh|fish';
  static override examples = [
    '$ source <(ven completion bash)',
    '$ source <(ven completion zsh)',
    '$ ven completion fish | source',
  ];
  static override args = {
    shell: Args.option({ options: SHELLS, description: 'the shell to write it for' })({
      required: true,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    stdout(completionScript(args.shell));
  }
}
