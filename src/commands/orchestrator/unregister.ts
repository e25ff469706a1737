import { unregisterVms } from '../../operations/index.js';
import type { VenError } from '../../model/index.js';
import { errorText, styleOf, unregisteredText, unregisteredTotal } from '../../view/index.js';
import {
  type About,
  secretAsker,
  namedVms,
  someVmsOf,
  CommandLineError,
  VenCommand,
  stderr,
  stdout,
  whileNotStopped,
  fleetFlags,
} from '../../cli/index.js';

export default class OrchestratorUnregister extends VenCommand {
  static override about: About = { group: 'Orchestrator', uses: ['fleet', 'orchestrator'] };
  static override args = namedVms;
  static override strict = false;
  static override usage = '<%= command.id %> VM... [FLEET] [FLAGS]';
  static override summary = "Remove VMs' hosts from the orchestrator, by their serial numbers.";
  static override description =
    'Names are required: it never removes all at once. The VMs themselves stay as they ' +
    'are, and foreign hosts are left alone. ven destroy does it by itself, with ' +
    'removeHosts: true.';
  static override examples = ['$ ven orchestrator unregister edge-1'];

  static override flags = fleetFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(OrchestratorUnregister);
    const { vms, file } = await someVmsOf(argv, flags);
    if (vms.length === 0)
      throw new CommandLineError({
        summary: 'No VM is named',
        hint: 'Name the VMs: ven orchestrator unregister edge-1',
      });
    const done: Parameters<typeof unregisteredText>[0][] = [];
    const tell = (one: Parameters<typeof unregisteredText>[0]): void => {
      done.push(one);
      stdout(unregisteredText(one));
    };
    const tellRefused = (error: VenError): void => {
      stderr(errorText(error, styleOf(process.stderr, process.env)));
    };
    await whileNotStopped((signal) =>
      unregisterVms({
        vms,
        file,
        env: process.env,
        askSecret: secretAsker(),
        signal,
        tell,
        tellRefused,
      }),
    );
    stdout(unregisteredTotal(done));
  }
}
