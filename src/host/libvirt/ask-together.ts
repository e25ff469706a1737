import { setTimeout as pause } from 'node:timers/promises';
import type { Command, Virsh, VirshReply } from './virsh.js';

/** One VM's QEMU may hang: the others do not wait longer for it. */
const PATIENCE_MS = 3000;

/**
 * Asks for several VMs with one virsh process; gives each one's replies, or why it has none. Only
 * for commands that may be run twice: where that process stands still or fails, each VM is asked
 * about in a process of its own.
 */
export async function askTogether(
  virsh: Virsh,
  each: readonly (readonly Command[])[],
): Promise<PromiseSettledResult<VirshReply[]>[]> {
  const apart = (): Promise<PromiseSettledResult<VirshReply[]>[]> =>
    Promise.allSettled(each.map((commands) => virsh.ask(commands)));
  if (each.length === 1) return apart();
  const over = new AbortController();
  const late = pause(PATIENCE_MS, null, { signal: over.signal }).catch(() => null);
  const shared = virsh.ask(each.flat()).catch(() => null);
  const replies = await Promise.race([shared, late]);
  over.abort();
  if (replies === null) return apart();
  let at = 0;
  return each.map(({ length }) => {
    at += length;
    return { status: 'fulfilled', value: replies.slice(at - length, at) };
  });
}
