/**
 * One change of a domain at a time, among all processes of this machine: whoever reads a
 * definition to write it again, or writes firmware variables, holds the domain. It is held for the
 * change alone, so for seconds at most.
 *
 * Holding it means to listen on a Unix socket of the abstract namespace (unix(7)): taken in one
 * system call, without a file, and given up by the kernel when the process ends in whatever way.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { VenError } from '../../model/index.js';
import { hostOf } from '../libvirt/local.js';

/** Longer than a start or a deletion takes. */
const WAIT_MS = 60_000;
const RETRY_MS = 25;

/** @throws VenError `locked` when another process holds it all the time */
export async function holdDomain<T>(
  { uri, uuid, waitMs = WAIT_MS }: { uri: string; uuid: string; waitMs?: number },
  work: () => Promise<T>,
): Promise<T> {
  const digest = createHash('sha256')
    .update(JSON.stringify([hostOf(uri), uuid]))
    .digest('hex');
  const path = `\0ven-domain-${digest.slice(0, 24)}`;
  const deadline = performance.now() + waitMs;
  for (;;) {
    const held = await listen(path);
    if (held) {
      try {
        return await work();
      } finally {
        held.close();
      }
    }
    if (performance.now() >= deadline) {
      throw new VenError('locked', {
        summary: `Another process has been changing the domain ${uuid} for ${waitMs / 1000} s`,
        hint: `Try again. See which one: ss -xlp | grep ${path.slice(1)}`,
      });
    }
    await pause(RETRY_MS);
  }
}

/** null: another one listens there. */
function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else
        reject(
          new VenError('host-not-ready', {
            summary: "This process can't keep others from changing a domain",
            detail: error.message,
            cause: error,
          }),
        );
    });
    server.listen({ path }, () => {
      resolve(server);
    });
  });
}
