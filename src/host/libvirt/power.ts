/**
 * Which of a fleet's domains run, and since which start; polled for all together.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DomainPower, Power } from '../../model/index.js';
import { LOG_FOLDER } from '../consoles/console-log.js';
import type { Env } from '../exec.js';
import { Virsh } from './virsh.js';

const STATES: Record<string, Power> = {
  running: 'running',
  idle: 'running',
  'no state': 'running',
  paused: 'paused',
  crashed: 'crashed',
  pmsuspended: 'paused',
};
/** A domain that is shutting down counts as on until it is off. */
const ON = /^in shutdown/;

/** `state`: virsh's word for it. */
export function powerOf(state: string): Power {
  return STATES[state] ?? (ON.test(state) ? 'running' : 'off');
}

/** By UUID; one virsh process for some thousand. @throws VenError libvirt's error. */
export async function readPowers(
  { uri, env, signal }: { uri: string; env: Env; signal?: AbortSignal | undefined },
  uuids: readonly string[],
): Promise<Map<string, DomainPower>> {
  const replies = await new Virsh({ uri, env, signal }).ask(
    uuids.flatMap((uuid) => [
      ['domstate', uuid],
      ['domid', uuid],
    ]),
    { timeoutSeconds: 30 },
  );
  const states = new Map<string, DomainPower>();
  for (const [index, uuid] of uuids.entries()) {
    const [state, id] = [replies[2 * index], replies[2 * index + 1]];
    if (state?.error && state.answer !== 'not-found') throw state.error;
    const power = state?.ok === true ? powerOf(state.text) : 'missing';
    states.set(uuid, { power, id: id?.ok === true && /^\d+$/.test(id.text) ? id.text : null });
  }
  return states;
}

const TAIL_BYTES = 256 * 1024;
const START = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\+0000: starting up libvirt version/gm;

/**
 * The last start of a domain, ISO 8601, from libvirt's log of it on this machine. It identifies a
 * boot of a VM, also after its end. null: not known.
 */
export function lastStart({
  domain,
  folder = LOG_FOLDER,
}: {
  domain: string;
  folder?: string | undefined;
}): string | null {
  let fd: number;
  try {
    fd = openSync(`${folder}/${domain}.log`, 'r');
  } catch {
    return null;
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const length = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    const last = [...bytes.toString('latin1', 0, length).matchAll(START)].at(-1);
    return last ? `${last[1]}T${last[2]}Z` : null;
  } finally {
    closeSync(fd);
  }
}
