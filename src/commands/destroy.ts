import { Flags } from '@oclif/core';
import {
  type About,
  agreement,
  askedViews,
  carryOut,
  execution,
  fleetFile,
  planOptions,
  selection,
  VenCommand,
  viewFlags,
  fleetOf,
  hostFlags,
} from '../cli/index.js';
import { RUN_VIEWS } from '../view/index.js';

export default class Destroy extends VenCommand {
  static override about: About = {
    group: 'Change the host',
    uses: ['fleet', 'host', 'run', 'applying', 'orchestrator'],
  };
  static override args = fleetFile;
  static override summary = 'Delete everything that belongs to the fleet, and nothing else.';
  static override description =
    'Shows what will be deleted, asks, and deletes it: VMs with their disks, and the ' +
    'networks that ven created. Logs stay.';
  static override examples = [
    '$ ven destroy fleets/lab.yaml',
    '$ ven destroy --yes --target vm.edge-1',
  ];
  static override flags = {
    ...hostFlags,
    ...execution,
    ...selection,
    ...agreement,
    'keep-disks': Flags.boolean({ summary: 'Keep the disks in their pools.' }),
    purge: Flags.boolean({ summary: 'Also delete the logs.' }),
    ...viewFlags(RUN_VIEWS),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Destroy);
    const { exitCode } = await carryOut({
      ...(await fleetOf(flags, args.fleet)),
      options: planOptions('destroy', flags),
      parallelism: flags.parallelism,
      lockTimeoutSeconds: flags['lock-timeout'],
      purge: flags.purge,
      yes: flags.yes,
      asked: askedViews(RUN_VIEWS, flags),
      typed: this.typed,
    });
    process.exitCode = exitCode;
  }
}
