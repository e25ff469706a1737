import { Flags } from '@oclif/core';
import { FAILURE_CLASSES } from '../model/index.js';
import { secretAsker } from './ask-secret.js';
import { PROVISION_REPORTS } from '../view/index.js';
import { seconds } from './command.js';
import { askedReports, reportFlags } from './views.js';

/** The flags of commands that onboard nodes. */
export const onboarding = {
  timeout: seconds({
    helpGroup: 'Onboarding',
    helpValue: 'DURATION',
    summary:
      'Maximum time for the whole command, creation of VMs included; exit code 4 if nodes ' +
      'have not reached the stage by then: 45m, 2h.',
  }),
  'max-concurrent': Flags.integer({
    helpGroup: 'Onboarding',
    min: 1,
    helpValue: 'N',
    summary: 'Maximum number of nodes that are onboarded at the same time.',
  }),
  stagger: seconds({
    helpGroup: 'Onboarding',
    helpValue: 'DURATION',
    summary: 'Minimum time between two power-ons: 10s.',
  }),
  ...reportFlags(PROVISION_REPORTS, 'Onboarding'),
};

/** The flags of an apply that onboards. */
export const waiting = {
  wait: Flags.string({
    helpGroup: 'Onboarding',
    helpValue: 'STAGE',
    summary:
      'Then onboard the nodes, as ven provision does, and wait until each has reached this ' +
      'stage: ready, or an earlier one (an unknown name lists the known ones).',
  }),
  ...(Object.fromEntries(
    Object.entries(onboarding).map(([name, flag]) => [
      name,
      { ...flag, summary: flag.summary?.replace(/\.$/, ' (with --wait).'), dependsOn: ['wait'] },
    ]),
  ) as typeof onboarding),
};

/** The flags that select failed nodes. */
export const retry = {
  'retry-failed': Flags.boolean({
    helpGroup: 'Selection',
    summary: 'Recreate the VMs whose nodes failed, and provision only those.',
  }),
  class: Flags.option({ options: FAILURE_CLASSES })({
    helpGroup: 'Selection',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'CLASS',
    summary:
      'Only nodes that failed for this reason (with --retry-failed): ' +
      `${FAILURE_CLASSES.join(', ')}.`,
    dependsOn: ['retry-failed'],
  }),
};

interface Chosen extends Readonly<Record<string, unknown>> {
  timeout?: number | undefined;
  'max-concurrent'?: number | undefined;
  stagger?: number | undefined;
  'lock-timeout': number;
}

/** The flags as a session takes them. */
export async function sessionOf(flags: Chosen) {
  return {
    timeoutSeconds: flags.timeout ?? null,
    lockTimeoutSeconds: flags['lock-timeout'],
    reports: await askedReports(PROVISION_REPORTS, flags),
    env: process.env,
    askSecret: secretAsker(),
  };
}

/** The flags as the watch over nodes takes them. */
export function limitsOf(flags: Chosen) {
  return { maxConcurrent: flags['max-concurrent'] ?? null, staggerSeconds: flags.stagger ?? 0 };
}
