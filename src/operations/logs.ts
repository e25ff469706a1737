import { ConsoleText, LastBoot, LastLines } from '../terminal-text/index.js';
import { VenError, type Host, type Address } from '../model/index.js';
import { findKnownVm, knownOnHosts, type KnownVm, type VmRequest } from './find-vm.js';
import { loadOnHosts } from './load.js';
import { openHost } from './open.js';

export interface LogsRequest extends VmRequest {
  /** Go on until `signal` is aborted. */
  follow: boolean;
  /** `boot`: only output since the VM's last boot, if the log shows one. */
  since: 'boot' | null;
  /** Only the last lines of the existing log, this many; null: all. */
  tail: number | null;
  /** The raw bytes, as Latin-1; else text cleaned for reading. */
  raw: boolean;
  signal: AbortSignal;
  write: (text: string) => void;
  /** Is told of a VM without any output to show; of one that is followed, before the wait. */
  empty?: (address: Address) => void;
}

/**
 * A VM's output on its serial console, from libvirt's log file. Does not ask libvirt about a VM of
 * the fleet file, so it works for one that is off, or deleted. Rejects with `not-found` (no such
 * VM, no log) or `host-not-ready` (the log may not be read, or is on another machine).
 */
export async function logs(request: LogsRequest): Promise<void> {
  const { fleet, vm } = await findKnownVm(request);
  await readLog(openHost(fleet, request).consoles, vm, request);
}

/** How the log of a VM that was found is read. */
type Reading = Pick<
  LogsRequest,
  'follow' | 'since' | 'tail' | 'raw' | 'signal' | 'write' | 'empty'
>;

async function readLog(
  consoles: Host['consoles'],
  { domain, address }: KnownVm,
  { follow, since, tail, raw, signal, write: show, empty }: Reading,
): Promise<void> {
  let shown = false;
  const tellEmpty = (): void => {
    if (!shown && tail !== 0 && !signal.aborted) empty?.(address);
  };
  const write = (said: string): void => {
    shown ||= said !== '';
    show(said);
  };
  const text = raw ? new RawText() : new ConsoleText();
  const boot = since === 'boot' ? new LastBoot() : null;
  const last = tail === null ? null : new LastLines(tail);
  const tell = last === null ? write : (said: string): void => last.push(said);
  let past = true;
  for await (const bytes of consoles.read(domain, { follow, signal })) {
    if (past && bytes === null) {
      past = false;
      if (boot) tell(text.push(Buffer.from(boot.text(), 'latin1')));
      tell(follow ? text.flush() : text.end());
      if (last) write(last.text());
      if (follow) tellEmpty();
    } else if (bytes === null) write(text.flush());
    else if (!past) write(text.push(bytes));
    else if (boot) boot.push(latin1(bytes));
    else tell(text.push(bytes));
  }
  if (follow) write(text.end());
  else tellEmpty();
}

/** `line`: is told each whole line, with the VM's name. `lost`: why a VM's log can't be read. */
export interface SeveralLogsRequest extends Omit<LogsRequest, 'vm' | 'raw' | 'write'> {
  vms: readonly string[];
  line: (vm: string, line: string) => void;
  lost: (error: VenError) => void;
}

/**
 * The same of several VMs: one after another or, where they are followed, as it comes. One whose
 * log can't be read stops no other. Rejects with `not-found` for a name that is no VM.
 */
export async function severalLogs({
  vms: names,
  line,
  lost,
  ...request
}: SeveralLogsRequest): Promise<void> {
  const found = await knownOnHosts(loadOnHosts(request), names, request);
  const vms = new Map(found.map(({ fleet, vm }) => [vm, openHost(fleet, request).consoles]));
  const read = async ([each, consoles]: [KnownVm, Host['consoles']]): Promise<void> => {
    const { name: vm } = each;
    if (request.signal.aborted) return;
    let begun = '';
    const write = (text: string): void => {
      const lines = `${begun}${text}`.split('\n');
      begun = lines.pop() ?? '';
      for (const whole of lines) line(vm, whole);
    };
    try {
      await readLog(consoles, each, { ...request, raw: false, write });
      if (begun !== '') line(vm, begun);
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      const { code, summary, detail, hint, where = `vm.${vm}` } = error;
      lost(new VenError(code, { summary, detail, hint, where }));
    }
  };
  if (request.follow) await Promise.all([...vms].map(read));
  else for (const vm of vms) await read(vm);
}

/** Used instead of a `ConsoleText`. */
class RawText {
  push = latin1;
  flush = (): string => '';
  end = (): string => '';
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
