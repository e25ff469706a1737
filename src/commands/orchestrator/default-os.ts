import { Args } from '@oclif/core';
import { setDefaultOs } from '../../operations/index.js';
import { defaultOsText } from '../../view/index.js';
import {
  type About,
  secretAsker,
  fleetFile,
  VenCommand,
  stdout,
  whileNotStopped,
  fleetOf,
  fleetFlags,
} from '../../cli/index.js';

export default class OrchestratorDefaultOs extends VenCommand {
  static override about: About = { group: 'Orchestrator', uses: ['fleet', 'orchestrator'] };
  static override args = {
    profile: Args.string({
      required: true,
      description: 'an operating system profile of the orchestrator, by name or id',
      ignoreStdin: true,
    }),
    ...fleetFile,
  };
  static override usage = '<%= command.id %> PROFILE [FLEET] [FLAGS]';
  static override summary = 'Set the default operating system of new hosts of the project.';
  static override description =
    'For the whole project, not only for this fleet. The orchestrator can only delete and ' +
    'recreate the setting: Ctrl-C in between takes effect when both are done.';
  static override examples = ['$ ven orchestrator default-os microvisor-nonrt'];

  static override flags = fleetFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OrchestratorDefaultOs);
    const { profile } = args;
    const { file } = await fleetOf(flags, args.fleet);
    await whileNotStopped(async (signal) => {
      stdout(
        defaultOsText(
          await setDefaultOs({ profile, file, env: process.env, askSecret: secretAsker(), signal }),
        ),
      );
      signal.throwIfAborted();
    });
  }
}
