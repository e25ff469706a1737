import type { Command, Virsh, VirshReply } from './virsh.js';

/** One VM's QEMU may hang: the others do not wait longer for it. */
const PATIENCE_MS = 3000;

interface Call {
  commands: readonly Command[];
  replies: PromiseWithResolvers<VirshReply[]>;
}

/**
 * As `virsh.ask`; what is asked within one turn of the event loop shares a process. Only for
 * commands that may be run twice: where that process stands still or fails, each call is made again
 * in a process of its own, and waits for no other.
 */
export function askTogether(virsh: Virsh): (commands: readonly Command[]) => Promise<VirshReply[]> {
  let waiting: Call[] = [];

  const together = async (calls: readonly Call[]): Promise<void> => {
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => {
      late.resolve(null);
    }, PATIENCE_MS);
    const shared = virsh.ask(calls.flatMap(({ commands }) => commands)).catch(() => null);
    const replies = await Promise.race([shared, late.promise]);
    clearTimeout(timer);
    let at = 0;
    for (const call of calls) {
      const { length } = call.commands;
      if (replies === null) alone(call);
      else call.replies.resolve(replies.slice(at, at + length));
      at += length;
    }
  };
  const alone = ({ commands, replies }: Call): void => {
    virsh.ask(commands).then(replies.resolve, replies.reject);
  };
  const start = (): void => {
    const calls = waiting;
    waiting = [];
    const [only, ...more] = calls;
    if (only && more.length === 0) alone(only);
    else void together(calls);
  };

  return (commands) => {
    if (waiting.length === 0) setImmediate(start);
    const replies = Promise.withResolvers<VirshReply[]>();
    waiting.push({ commands, replies });
    return replies.promise;
  };
}
