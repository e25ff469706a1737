import { Args } from '@oclif/core';
import { setDefaultOs } from '../../operations/index.js';
import { defaultOsText } from '../../view/index.js';
import { secretAsker, fleetFile, VenCommand, stdout, whileNotStopped } from '../../cli/index.js';

export default class OrchestratorDefaultOs extends VenCommand {
  static override args = {
    profile: Args.string({
      required: true,
      description: 'an operating system profile of the orchestrator, by name or id',
    }),
    ...fleetFile,
  };
  static override usage = '<%= command.id %> PROFILE [FLEET]';
  static override summary =
    'Set the operating system that new hosts of the project get by themselves.';
  static override description =
    'For the whole project, not for this fleet alone. What says so in the orchestrator ' +
    'can only be deleted and made anew: once that has begun, Ctrl-C counts when it is done.';
  static override examples = ['$ ven orchestrator default-os microvisor-nonrt'];

  async run(): Promise<void> {
    const { args } = await this.parse(OrchestratorDefaultOs);
    const { profile, fleet: file } = args;
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
