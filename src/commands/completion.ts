import { Args, type Command } from '@oclif/core';
import { completionScript, type Completed, type Shell } from '../view/index.js';
import { type About, VenCommand, stdout } from '../cli/index.js';

export default class Completion extends VenCommand {
  static override about: About = { group: 'Others', uses: [] };
  static override summary =
    'Print a script that completes commands, flags, fleet files and addresses.';
  static override usage = '<%= command.id %> bash|zsh|fish';
  static override examples = [
    '$ source <(ven completion bash)',
    '$ source <(ven completion zsh)',
    '$ ven completion fish | source',
  ];
  static override args = {
    shell: Args.string({
      options: ['bash', 'zsh', 'fish'] satisfies Shell[],
      required: true,
      description: 'the shell to write it for',
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const commands = this.config.commands.filter(({ hidden }) => !hidden).map(describe);
    stdout(completionScript(args.shell as Shell, commands));
  }
}

function describe({ id, summary, flags, args, strict }: Command.Loadable): Completed {
  const several = strict === false ? 'some' : 'one';
  return {
    name: id.replaceAll(':', ' '),
    vms: Object.hasOwn(args, 'vm') ? several : 'none',
    summary: summary ?? '',
    flags: Object.values(flags).map((flag) => ({
      name: flag.name,
      summary: flag.summary ?? '',
      takes: takes(flag),
    })),
  };
}

function takes(flag: Command.Flag.Cached): Completed['flags'][number]['takes'] {
  if (flag.type === 'boolean') return 'nothing';
  const kinds: Record<string, Completed['flags'][number]['takes']> = {
    ADDR: 'address',
    FILE: 'file',
    DIR: 'folder',
  };
  return kinds[String(flag.helpValue)] ?? 'other';
}
