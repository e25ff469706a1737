/** The messages for the failures of a node. */
import type { NodeFailure, ProfileAnswer, ProfileStage, ProfileTrouble } from '../model/index.js';

type Failure = Pick<NodeFailure, 'class' | 'message'>;

export function ofTrouble({ class: cause, title }: ProfileTrouble, recoveries: number): Failure {
  const count = recoveries === 1 ? 'one recovery' : `${recoveries} recoveries`;
  const again = recoveries === 0 ? '' : `, still after ${count}`;
  return { class: cause, message: `${title}${again}` };
}

export function askedAgain(send: ProfileAnswer['send'], given: number): Failure {
  const what = send.kind === 'credential' ? `its ${send.credential}` : `an answer`;
  const count = given === 1 ? 'one answer' : `${given} answers`;
  return { class: 'workflow', message: `The node asks for ${what} again after ${count}` };
}

export function outOfTime({ title, timeoutSeconds }: ProfileStage): Failure {
  return { class: 'timeout', message: `${title}: not finished after ${timeoutSeconds} s` };
}
