/** The messages for the failures of a node. */
import {
  isOfOsLogin,
  type NodeFailure,
  type ProfileAnswer,
  type ProfileStage,
  type ProfileTrouble,
} from '../model/index.js';

type Failure = Pick<NodeFailure, 'class' | 'message'>;

export function ofTrouble({ class: cause, title }: ProfileTrouble, recoveries: number): Failure {
  const count = recoveries === 1 ? 'one recovery' : `${recoveries} recoveries`;
  const again = recoveries === 0 ? '' : `, still after ${count}`;
  return { class: cause, message: `${title}${again}` };
}

export function askedAgain(send: ProfileAnswer['send'], given: number): Failure {
  const failureClass = isOfOsLogin({ send }) ? 'agents' : 'workflow';
  if (send.kind === 'command') {
    const times = given === 1 ? 'once' : `${given} times`;
    return { class: failureClass, message: `${send.command} has ended early ${times}` };
  }
  const who = isOfOsLogin({ send }) ? 'The installed system' : 'The node';
  const what =
    send.kind === 'credential' ? `its ${send.credential.replace('os-', '')}` : 'an answer';
  const count = given === 1 ? 'one answer' : `${given} answers`;
  return { class: failureClass, message: `${who} asks for ${what} again after ${count}` };
}

export function outOfTime({ title, timeoutSeconds }: ProfileStage): Failure {
  return { class: 'timeout', message: `${title}: not finished after ${timeoutSeconds} s` };
}
