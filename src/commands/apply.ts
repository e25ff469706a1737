import { Flags } from '@oclif/core';
import { venCommand } from '../model/index.js';
import { withSession, wordsOf } from '../operations/index.js';
import {
  type About,
  agreement,
  askedViews,
  carryOut,
  evacuation,
  execution,
  fleetFile,
  planOptions,
  replacement,
  selection,
  VenCommand,
  viewFlags,
  applyAndOnboard,
  limitsOf,
  waiting,
  sessionOf,
  fleetOf,
  hostFlags,
} from '../cli/index.js';
import { RUN_VIEWS } from '../view/index.js';

export default class Apply extends VenCommand {
  static override about: About = {
    group: 'Change the host',
    uses: ['fleet', 'host', 'run', 'applying', 'vagrant', 'onboarding'],
  };
  static override args = fleetFile;
  static override summary = 'Make the host match the fleet file.';
  static override description =
    'Shows the plan, asks, and runs it. After one Ctrl-C nothing new begins, and what has begun ' +
    'on a VM or a network is finished, a replace too; a second Ctrl-C stops that. Either way the ' +
    'next apply does what is left.';
  static override examples = [
    '$ ven apply fleets/lab.yaml',
    '$ ven apply --yes --target vm.edge-1',
    '$ ven apply --plan lab.plan',
    '$ ven apply --evacuate lab-2 --host-is-dead',
  ];
  static override flags = {
    ...hostFlags,
    ...execution,
    plan: Flags.string({
      helpValue: 'FILE',
      summary: 'Run a plan from ven plan --out; refused if it no longer fits.',
      exclusive: ['target', 'exclude', 'replace', 'allow-delete-all', 'evacuate'],
    }),
    ...selection,
    ...{ ...replacement, ...agreement, ...evacuation('plan') },
    ...waiting,
    ...viewFlags(RUN_VIEWS),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    const { wait: until } = flags;
    const fleet = await fleetOf(flags, args.fleet);
    const make = {
      ...fleet,
      options: planOptions('apply', flags),
      ...{ savedPlan: flags.plan, hostIsDead: flags['host-is-dead'] },
      ...{ parallelism: flags.parallelism, lockTimeoutSeconds: flags['lock-timeout'] },
      yes: flags.yes,
      asked: askedViews(RUN_VIEWS, flags),
      typed: this.typed,
    };
    if (until === undefined) {
      process.exitCode = (await carryOut(make)).exitCode;
      return;
    }
    const again = venCommand('apply', wordsOf(fleet), `--wait ${until}`);
    process.exitCode = await withSession(
      { ...fleet, vms: null, until, ...(await sessionOf(flags)) },
      (session) => applyAndOnboard(session, make, { ...limitsOf(flags), again, goOn: again }),
    );
  }
}
