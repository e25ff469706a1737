/**
 * What was started is looked at again before it counts as started: QEMU may end a moment later, or
 * pause the VM since a disk's pool is full. (decision 28)
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { VenError } from '../../model/index.js';
import { LOG_FOLDER } from '../consoles/console-log.js';
import { isLocal } from './local.js';
import type { Virsh } from './virsh.js';

const LOOK_AFTER_MS = 1000;
/** Those that are due within this time are asked about together. */
const GATHER_MS = 100;
/** A guest that shuts down has run. */
const FINE = /^(running|idle|in shutdown)/;

/**
 * Resolves when a domain that was just started or resumed still runs a second later.
 * @throws VenError `tool-failed` with its state, its reason, and QEMU's last words.
 */
export type StartWatch = (uuid: string) => Promise<void>;

export function startWatch(virsh: Virsh, logFolder = LOG_FOLDER): StartWatch {
  let due: Map<string, PromiseWithResolvers<string>> | null = null;

  /** One virsh process for all that are due. */
  const ask = async (asked: NonNullable<typeof due>): Promise<void> => {
    await pause(GATHER_MS);
    due = null;
    try {
      const replies = await virsh.ask([...asked.keys()].map((uuid) => stateOf(uuid)));
      [...asked.values()].forEach(({ resolve, reject }, index) => {
        const reply = replies[index];
        if (reply?.error && reply.answer !== 'not-found') reject(reply.error);
        else resolve(reply?.ok === true ? reply.text : 'gone');
      });
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  };

  return async (uuid) => {
    await pause(LOOK_AFTER_MS);
    if (due === null) {
      due = new Map();
      void ask(due);
    }
    const answer = due.get(uuid) ?? Promise.withResolvers<string>();
    due.set(uuid, answer);
    const state = await answer.promise;
    if (!FINE.test(state)) throw await failed(virsh, uuid, state, logFolder);
  };
}

const stateOf = (uuid: string): string[] => ['domstate', uuid, '--reason'];

async function failed(
  virsh: Virsh,
  uuid: string,
  state: string,
  logFolder: string,
): Promise<VenError> {
  const [name, errors] = await virsh.ask([
    ['domname', uuid],
    ['domblkerror', uuid],
  ]);
  const domain = name?.ok === true ? name.text : uuid;
  const log = `${logFolder}/${domain}.log`;
  const words = isLocal(virsh.uri) ? lastWords(log) : [];
  const paused = state.startsWith('paused');
  return new VenError('tool-failed', {
    summary: `It was started, and a second later it is ${state}`,
    detail: [...(paused && errors?.ok === true ? [errors.text] : []), ...words]
      .filter((line) => line !== '')
      .join('\n'),
    hint: paused
      ? `${/I\/O error/.test(state) ? 'Make room for its disks, or mend them' : 'See why'}: ` +
        `virsh domblkerror ${domain}; virsh domblkinfo ${domain} --all --human. Then: ven apply`
      : `QEMU's log on the host says more: ${log}`,
  });
}

const TAIL_BYTES = 8 * 1024;
const LINES = 5;

/** The end of QEMU's log, without its command line; empty where it can't be read. */
function lastWords(log: string): string[] {
  let fd: number;
  try {
    fd = openSync(log, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const length = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString('utf8', 0, length).split('\n');
    return lines.filter((line) => line.trim() !== '' && !line.endsWith('\\')).slice(-LINES);
  } finally {
    closeSync(fd);
  }
}
