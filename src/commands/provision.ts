import { Flags } from '@oclif/core';
import { provision, withSession } from '../operations/index.js';
import {
  execution,
  json,
  SOME_VMS_USAGE,
  someVms,
  someVmsOf,
  VenCommand,
  onboard,
  limitsOf,
  onboarding,
  retry,
  sessionOf,
  retryFailed,
} from '../cli/index.js';

export default class Provision extends VenCommand {
  static override args = someVms;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Onboard the nodes, and watch until each is ready.';
  static override description =
    'Powers on what is off, answers what is asked, and says where each node is, and why ' +
    'one failed. Can be ended (Ctrl-C) and started again at any time: the nodes go on, and ' +
    'so does it. Nodes that are ready are left alone; those that failed stay failed until ' +
    'they are started anew (--retry-failed makes them anew first).';
  static override examples = [
    '$ ven provision',
    '$ ven provision edge-1 fleets/lab.yaml',
    '$ ven provision --retry-failed --class network',
  ];
  static override flags = {
    until: Flags.string({
      helpValue: 'STAGE',
      default: 'ready',
      summary: 'Only up to this stage of the profile (a wrong name tells the right ones).',
    }),
    ...onboarding,
    ...retry,
    ...execution,
    json: json('the events, one a line,'),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Provision);
    const { vms: named, file } = someVmsOf(argv);
    const { until, json } = flags;
    const request = { file, vms: named.length === 0 ? null : named, until, ...sessionOf(flags) };
    const watched = { file, json, ...limitsOf(flags) };
    if (!flags['retry-failed']) {
      process.exitCode = await onboard({
        ...watched,
        run: (watch) => provision({ ...request, ...watch }),
      });
      return;
    }
    const { class: classes = [], yes, parallelism, 'lock-timeout': lockTimeoutSeconds } = flags;
    process.exitCode = await withSession(request, (session) =>
      retryFailed(
        session,
        classes,
        { file, yes, json, lockTimeoutSeconds, parallelism, typed: this.typed },
        watched,
      ),
    );
  }
}
