/**
 * What was started is looked at again before it counts as started: QEMU may end a moment later, or
 * pause the VM since a disk's pool is full. (decision 28)
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { VenError } from '../../model/index.js';
import { LOG_FOLDER } from '../consoles/console-log.js';
import type { HostFiles } from './host-files.js';
import type { Command, Virsh, VirshReply } from './virsh.js';

/** From a start to the first look at its VM, and from look to look, … */
const LOOK_MS = 50;
/** … and when none has started for some time. */
const LATER_MS = 200;
const YOUNG_MS = 500;
/** A VM that still runs after this has started, whatever its processors have done. */
const ENOUGH_MS = 1000;
/** How exactly these times are kept. */
const STEP_MS = 10;
/** A guest that shuts down has run. */
const FINE = /^(running|idle|in shutdown)/;

/**
 * Resolves when a domain that was just started still runs and its processors have worked, or when
 * it still runs a second later. One that was resumed has the second: what it waited for when it
 * paused, a full pool say, may pause it again.
 * @throws VenError `tool-failed` with its state, its reason, and QEMU's last words.
 */
export type StartWatch = (uuid: string, how?: Start) => Promise<void>;

export interface Start {
  /** It was paused before. */
  resumed?: boolean;
  /** Other starts follow: it may wait for them, to be looked at with them. */
  more?: boolean;
}

/** Where QEMU's last words are. */
interface Logs {
  logFolder?: string | undefined;
  /** Of a host that is another machine. */
  files?: HostFiles | null;
}

interface Watched extends Start {
  uuid: string;
  since: number;
  /** With its state. */
  settled: PromiseWithResolvers<string>;
}

export function startWatch(virsh: Virsh, logs: Logs = {}): StartWatch {
  const watched = new Set<Watched>();
  let looking = false;

  /** One virsh process for all that are due, again and again until none is watched. */
  const look = async (): Promise<void> => {
    let last = -Infinity;
    while (watched.size > 0) {
      const now = performance.now();
      const age = ({ since }: Watched): number => now - since;
      const due = [...watched].filter((each) => age(each) >= LOOK_MS);
      const isTime = due.some((each) => each.more !== true || age(each) >= ENOUGH_MS);
      const gap = due.some((each) => age(each) < YOUNG_MS) ? LOOK_MS : LATER_MS;
      if (isTime && now - last >= gap) {
        last = now;
        await lookAt(due);
      } else await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
    looking = false;
  };
  const lookAt = async (due: readonly Watched[]): Promise<void> => {
    const began = performance.now();
    try {
      const replies = await virsh.ask(due.flatMap(({ uuid }) => queries(uuid)));
      due.forEach((each, index) => {
        const [processors, state] = replies.slice(2 * index, 2 * index + 2);
        settle(each, began - each.since, processors, state);
      });
    } catch (error) {
      for (const { settled } of due) settled.reject(error);
      for (const each of due) watched.delete(each);
    }
  };
  /** `age`: when this was asked, ms after the start. */
  const settle = (each: Watched, age: number, processors?: VirshReply, state?: VirshReply) => {
    const { resumed = false, settled } = each;
    const text = state?.ok === true ? state.text : 'gone';
    const works = !resumed && haveWorked(processors?.text ?? '');
    if (FINE.test(text) && !works && age < ENOUGH_MS) return;
    watched.delete(each);
    if (state?.error && state.answer !== 'not-found') settled.reject(state.error);
    else settled.resolve(text);
  };

  return async (uuid, how = {}) => {
    const settled = Promise.withResolvers<string>();
    watched.add({ ...how, uuid, since: performance.now(), settled });
    if (!looking) {
      looking = true;
      void look();
    }
    const state = await settled.promise;
    if (!FINE.test(state)) throw await failed(virsh, uuid, state, logs);
  };
}

/**
 * Neither asks QEMU, which may hang: libvirt reads the time of its threads from the kernel. The
 * state comes last, so that it is that of a VM which has worked.
 */
function queries(uuid: string): Command[] {
  return [
    ['vcpuinfo', uuid],
    ['domstate', uuid, '--reason'],
  ];
}

/** `virsh vcpuinfo`: `CPU time:       0.1s` of each; there is none while it is off. */
export function haveWorked(processors: string): boolean {
  return [...processors.matchAll(/^CPU time:\s+([\d.]+)s$/gm)].some(([, time]) => Number(time) > 0);
}
async function failed(
  virsh: Virsh,
  uuid: string,
  state: string,
  { logFolder = LOG_FOLDER, files = null }: Logs,
): Promise<VenError> {
  const [name, errors] = await virsh.ask([
    ['domname', uuid],
    ['domblkerror', uuid],
  ]);
  const domain = name?.ok === true ? name.text : uuid;
  const log = `${logFolder}/${domain}.log`;
  const words = lastWords(files === null ? endOf(log) : await endThere(files, log));
  const paused = state.startsWith('paused');
  return new VenError('tool-failed', {
    summary: `It was started, and a moment later it is ${state}`,
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

/** Of QEMU's log, without its command line. */
function lastWords(end: Buffer): string[] {
  const lines = end.toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.endsWith('\\')).slice(-LINES);
}

/** Empty where it can't be read. */
function endOf(log: string): Buffer {
  let fd: number;
  try {
    fd = openSync(log, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, size - bytes.length));
  } finally {
    closeSync(fd);
  }
}

async function endThere(files: HostFiles, log: string): Promise<Buffer> {
  const [whole] = await files.read([{ path: log }]).catch(() => []);
  return (whole ?? Buffer.alloc(0)).subarray(-TAIL_BYTES);
}
