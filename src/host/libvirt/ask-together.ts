import { gathered, type Call } from './gather.js';
import type { Command, Virsh, VirshReply } from './virsh.js';

/** One VM's QEMU may hang: the others do not wait longer for it. */
const PATIENCE_MS = 3000;

type Question = Call<readonly Command[], VirshReply[]>;

/**
 * As `virsh.ask`; what is asked within one turn of the event loop shares a process. Only for
 * commands that may be run twice: where that process stands still or fails, each call is made again
 * in a process of its own, and waits for no other.
 */
export function askTogether(virsh: Virsh): (commands: readonly Command[]) => Promise<VirshReply[]> {
  const alone = ({ item, answer }: Question): void => {
    virsh.ask(item).then(answer.resolve, answer.reject);
  };
  const together = async (questions: readonly Question[]): Promise<void> => {
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => {
      late.resolve(null);
    }, PATIENCE_MS);
    const shared = virsh.ask(questions.flatMap(({ item }) => item)).catch(() => null);
    const replies = await Promise.race([shared, late.promise]);
    clearTimeout(timer);
    let at = 0;
    for (const question of questions) {
      const { length } = question.item;
      if (replies === null) alone(question);
      else question.answer.resolve(replies.slice(at, at + length));
      at += length;
    }
  };
  return gathered((questions: readonly Question[]) =>
    questions.length === 1 ? questions.forEach(alone) : together(questions),
  );
}
