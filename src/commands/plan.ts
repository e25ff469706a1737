import { Flags } from '@oclif/core';
import { plan, savePlan, wordsOf } from '../operations/index.js';
import { EXIT, exitCodeOfPlan, venCommand } from '../model/index.js';
import { loadDiffs, PLAN_VIEWS } from '../view/index.js';
import {
  type About,
  agreement,
  evacuation,
  fleetFile,
  planOptions,
  replacement,
  selection,
  showText,
  VenCommand,
  viewFlags,
  viewNames,
  stderr,
  stdout,
  tellWaiting,
  fleetOf,
  hostFlags,
} from '../cli/index.js';

export default class Plan extends VenCommand {
  static override about: About = {
    group: 'Look',
    uses: ['fleet', 'host', 'records', 'planning'],
    exits: {
      done: 'Done; also when there are changes, without --detailed-exitcode.',
      changesPending: 'With --detailed-exitcode: there are changes.',
    },
  };
  static override args = fleetFile;
  static override summary = 'Show what differs between the fleet file and the host.';
  static override description = 'Changes nothing and needs no lock.';
  static override examples = [
    '$ ven plan fleets/lab.yaml',
    '$ ven plan --out lab.plan && ven apply --plan lab.plan',
  ];
  static override flags = {
    ...{ ...hostFlags, ...viewFlags(PLAN_VIEWS) },
    diff: Flags.boolean({
      helpGroup: 'Output',
      summary: 'Also show how the rendered files change.',
      exclusive: viewNames(PLAN_VIEWS),
    }),
    'detailed-exitcode': Flags.boolean({
      helpGroup: 'Output',
      summary: 'Exit with code 2 if there are changes.',
    }),
    out: Flags.string({
      helpGroup: 'Output',
      helpValue: 'FILE',
      summary: 'Save the plan, for ven apply --plan FILE.',
    }),
    ...{ ...selection, ...replacement, ...agreement, ...evacuation() },
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Plan);
    const fleet = await fleetOf(flags, args.fleet);
    const { plan: planned, diffs } = await plan({
      ...{ ...fleet, env: process.env, waiting: tellWaiting },
      options: planOptions('apply', flags),
      diff: flags.diff,
    });
    const saved = flags.out === undefined ? null : savePlan(flags.out, planned);
    if (saved === 'file' && planned.steps.length === 0) stderr('Saved. It has nothing to apply.\n');
    else if (saved === 'file')
      stderr(`Saved. Next: ${venCommand('apply', wordsOf(fleet, '--plan', flags.out ?? ''))}\n`);
    // Standard output has one reader, and one text.
    if (saved !== 'stdout') {
      if (flags.diff) stdout((await loadDiffs())(diffs, this.style));
      await showText(PLAN_VIEWS, planned, { flags, ...fleet });
    }
    process.exitCode = exitCodeOfPlan(planned);
    if (process.exitCode === EXIT.done && flags['detailed-exitcode'] && planned.steps.length > 0)
      process.exitCode = EXIT.changesPending;
  }
}
