import { Flags } from '@oclif/core';
import { checkProvision, failedNodes } from '../flow/index.js';
import { execution, json, planOptions, SOME_VMS_USAGE, someVms, someVmsOf, VenCommand } from './base/command.js';
import { makeAndOnboard } from './base/make-and-onboard.js';
import { onboard } from './base/onboard.js';
import { onboarding, onboardingLimits, retry } from './base/onboarding-flags.js';
import { stderr } from './base/output.js';

export default class Provision extends VenCommand {
  static override args = someVms;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Onboard the nodes, and watch until each is ready.';
  static override description =
    'Powers on what is off, answers what is asked, and says where each node is, and why one failed. Can be ended (Ctrl-C) and started again at any time: the nodes go on, and so does it. Nodes that are ready are left alone; those that failed stay failed until --retry-failed.';
  static override examples = [
    '$ ven provision',
    '$ ven provision edge-1 fleets/lab.yaml',
    '$ ven provision --retry-failed --class network',
  ];
  static override flags = {
    until: Flags.string({ helpValue: 'STAGE', default: 'ready', summary: 'Only up to this stage of the profile.' }),
    ...onboarding,
    ...retry,
    ...execution,
    json: json('the events, one a line,'),
  };
  protected override readonly jsonForm = 'event';

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Provision);
    const { vms, file } = someVmsOf(argv);
    const { until, yes } = flags;
    const watched = { file, until, json: flags.json, ...onboardingLimits(flags) };
    await checkProvision({ vms, file, until, env: process.env });
    if (!flags['retry-failed']) {
      process.exitCode = await onboard({ vms, ...watched });
      return;
    }
    const failed = failedNodes({ vms, file, env: process.env, classes: flags.class ?? [] }).map(({ address }) => address);
    if (failed.length === 0) {
      stderr(`No node has failed${flags.class ? ' so' : ''}: there is nothing to do again.\n`);
      return;
    }
    const options = planOptions('apply', { target: failed, replace: failed });
    const { 'lock-timeout': lockTimeoutSeconds, parallelism } = flags;
    process.exitCode = await makeAndOnboard({ file, options, yes, json: flags.json, lockTimeoutSeconds, parallelism }, watched);
  }
}
