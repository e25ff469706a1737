/** What is told of the ways in which a node fails. */
import type { NodeFailure, ProfileAnswer, ProfileStage, ProfileTrouble } from '../model/index.js';

type Failure = Pick<NodeFailure, 'class' | 'message'>;

export function ofTrouble({ class: cause, title }: ProfileTrouble, recoveries: number): Failure {
  const again =
    recoveries === 0
      ? ''
      : `, still after ${recoveries === 1 ? 'one recovery' : `${recoveries} recoveries`}`;
  return { class: cause, message: `${title}${again}` };
}

export function askedAgain(send: ProfileAnswer['send'], given: number): Failure {
  const what = send.kind === 'credential' ? `its ${send.credential}` : `an answer`;
  return {
    class: 'workflow',
    message: `The node asks for ${what} again after ${given === 1 ? 'one answer' : `${given} answers`}`,
  };
}

export function outOfTime({ title, timeoutSeconds }: ProfileStage): Failure {
  return { class: 'timeout', message: `${title}: no end after ${timeoutSeconds} s` };
}
