import { Flags } from '@oclif/core';
import { FAILURE_CLASSES, VenError, type FailureClass } from '../model/index.js';
import { secretAsker } from './ask-secret.js';
import { seconds } from './command.js';

/** Of commands that onboard nodes. */
export const onboarding = {
  timeout: seconds({
    helpValue: 'DURATION',
    summary:
      'End so long after the command began, making VMs included; exit code 4 when nodes ' +
      'are not there: 45m, 2h.',
  }),
  'max-concurrent': Flags.integer({
    min: 1,
    helpValue: 'N',
    summary: 'At most so many nodes under way at once.',
  }),
  stagger: seconds({
    helpValue: 'DURATION',
    summary: 'At least so long between two power-ons: 10s.',
  }),
  junit: Flags.string({ helpValue: 'FILE', summary: 'Write how it went as JUnit XML, too.' }),
};

/** Which of the nodes that failed. */
export const retry = {
  'retry-failed': Flags.boolean({
    summary: 'Make the VMs that failed anew, and provision just those.',
  }),
  class: Flags.custom<FailureClass>({
    parse: (input) => {
      const found = FAILURE_CLASSES.find((name) => name === input);
      if (found) return Promise.resolve(found);
      const hint = `The classes are: ${FAILURE_CLASSES.join(', ')}`;
      return Promise.reject(
        new VenError('usage', {
          summary: `${JSON.stringify(input)} is no class of failures`,
          hint,
        }),
      );
    },
  })({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'CLASS',
    summary:
      'Only those that failed for this (with --retry-failed): ' + `${FAILURE_CLASSES.join(', ')}.`,
    dependsOn: ['retry-failed'],
  }),
};

interface Chosen {
  timeout?: number | undefined;
  'max-concurrent'?: number | undefined;
  stagger?: number | undefined;
  junit?: string | undefined;
  'lock-timeout': number;
}

/** The flags as a session takes them. */
export function sessionOf(flags: Chosen) {
  return {
    timeoutSeconds: flags.timeout ?? null,
    lockTimeoutSeconds: flags['lock-timeout'],
    junit: flags.junit ?? null,
    env: process.env,
    askSecret: secretAsker(),
  };
}

/** The flags as the watch over nodes takes them. */
export function limitsOf(flags: Chosen) {
  return { maxConcurrent: flags['max-concurrent'] ?? null, staggerSeconds: flags.stagger ?? 0 };
}
