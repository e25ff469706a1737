import { registerVms } from '../../operations/index.js';
import type { VenError } from '../../model/index.js';
import { errorText, styleOf, registeredText, registeredTotal } from '../../view/index.js';
import {
  type About,
  secretAsker,
  SOME_VMS_USAGE,
  someVms,
  someVmsOf,
  VenCommand,
  stderr,
  stdout,
  whileNotStopped,
  fleetFlags,
} from '../../cli/index.js';

export default class OrchestratorRegister extends VenCommand {
  static override about: About = { group: 'Orchestrator', uses: ['fleet', 'orchestrator'] };
  static override args = someVms;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Register VMs with the orchestrator, by their serial numbers.';
  static override description =
    'Without names: all VMs of the fleet. Safe to repeat: registered hosts stay. ven apply ' +
    'does it by itself before the first start of a VM, with onboarding: non-interactive.';
  static override examples = [
    '$ ven orchestrator register',
    '$ ven orchestrator register edge-1 edge-2 fleets/lab.yaml',
  ];

  static override flags = fleetFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(OrchestratorRegister);
    const { vms, file } = await someVmsOf(argv, flags);
    const done: Parameters<typeof registeredText>[0][] = [];
    const tell = (one: Parameters<typeof registeredText>[0]): void => {
      done.push(one);
      stdout(registeredText(one));
    };
    const tellRefused = (error: VenError): void => {
      stderr(errorText(error, styleOf(process.stderr, process.env)));
    };
    await whileNotStopped((signal) =>
      registerVms({
        ...{ vms, file },
        env: process.env,
        askSecret: secretAsker(),
        signal,
        tell,
        tellRefused,
      }),
    );
    stdout(registeredTotal(done));
  }
}
