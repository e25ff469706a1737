import { Flags } from '@oclif/core';
import { carryOut } from './base/carry-out.js';
import { execution, fleetFile, json, planOptions, replacement, selection, VenCommand } from './base/command.js';

export default class Apply extends VenCommand {
  static override args = fleetFile;
  static override summary = 'Make the host match the fleet file.';
  static override description =
    'Shows the plan, asks, and runs it. One Ctrl-C starts nothing new and lets running steps finish; two stop them. Either way the next apply does what is left.';
  static override examples = ['$ ven apply fleets/lab.yaml', '$ ven apply --yes --target vm.edge-1', '$ ven apply --plan lab.plan'];
  static override flags = {
    ...execution,
    plan: Flags.string({
      helpValue: 'FILE',
      summary: 'Run a plan from ven plan --out; refused when it no longer fits.',
      exclusive: ['target', 'exclude', 'replace'],
    }),
    ...selection,
    ...replacement,
    json: json('the events, one a line,'),
  };
  protected override readonly jsonForm = 'event';

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    process.exitCode = await carryOut({
      file: args.fleet,
      options: planOptions('apply', flags),
      savedPlan: flags.plan,
      parallelism: flags.parallelism,
      lockTimeoutSeconds: flags['lock-timeout'],
      yes: flags.yes,
      json: flags.json,
    });
  }
}
