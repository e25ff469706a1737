import { NoAnswer, type Command, type Virsh, type VirshReply } from '../libvirt/virsh.js';

/** What is asked about one thing: a VM, a pool. */
export interface Question {
  commands: readonly Command[];
  /** Told at once: the replies to all its commands, or that one of them got none in its time. */
  hear: (answer: VirshReply[] | NoAnswer) => void;
}

/**
 * Asks in order, in one process. What gets no answer costs only itself: those behind it are asked
 * in another process. @throws VenError when libvirt can't be reached, or `signal` is aborted
 */
export async function askEach(
  virsh: Virsh,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<void> {
  const left = questions.filter(({ commands, hear }) => {
    if (commands.length === 0) hear([]);
    return commands.length > 0;
  });
  while (left.length > 0) {
    let replies: VirshReply[] = [];
    const onReply = (_index: number, reply: VirshReply): void => {
      replies.push(reply);
      if (replies.length < (left[0]?.commands.length ?? 0)) return;
      const complete = replies;
      replies = [];
      left.shift()?.hear(complete);
    };
    const commands = left.flatMap((question) => question.commands);
    try {
      await virsh.ask(commands, { signal, onReply });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      left.shift()?.hear(error);
    }
  }
}
