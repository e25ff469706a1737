import { Flags } from '@oclif/core';
import { provision, withSession } from '../operations/index.js';
import {
  type About,
  askedViews,
  execution,
  SOME_VMS_USAGE,
  someVms,
  someVmsOf,
  VenCommand,
  viewFlags,
  onboard,
  limitsOf,
  onboarding,
  retry,
  sessionOf,
  retryFailed,
  hostFlags,
} from '../cli/index.js';
import { PROVISION_VIEWS } from '../view/index.js';

export default class Provision extends VenCommand {
  static override about: About = {
    group: 'Nodes',
    uses: ['fleet', 'host', 'run', 'vagrant', 'onboarding'],
  };
  static override args = someVms;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Onboard the nodes, and watch until each is ready.';
  static override description =
    'Powers on nodes that are off, answers their prompts, and shows the stage of each node, ' +
    'and why one failed. Can be stopped (Ctrl-C) and started again at any time: the nodes go ' +
    'on, and the next run resumes. Ready nodes are left alone; failed nodes stay failed until ' +
    'they are restarted (--retry-failed recreates them first).';
  static override examples = [
    '$ ven provision',
    '$ ven provision edge-1 fleets/lab.yaml',
    '$ ven provision --retry-failed --class network',
  ];
  static override flags = {
    ...hostFlags,
    until: Flags.string({
      helpValue: 'STAGE',
      default: 'ready',
      summary: 'Only up to this stage of the profile (an unknown name lists the known ones).',
    }),
    ...{ ...onboarding, ...retry, ...execution },
    ...viewFlags(PROVISION_VIEWS),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Provision);
    const { vms: named, ...fleet } = await someVmsOf(argv, flags);
    const asked = askedViews(PROVISION_VIEWS, flags);
    const request = {
      ...fleet,
      vms: named.length === 0 ? null : named,
      until: flags.until,
      ...(await sessionOf(flags)),
    };
    const watched = { ...fleet, asked, ...limitsOf(flags) };
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
        { ...fleet, yes, asked, lockTimeoutSeconds, parallelism, typed: this.typed },
        watched,
      ),
    );
  }
}
