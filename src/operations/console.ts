import { VenError, venCommand } from '../model/index.js';
import { findKnownVm, findRunningVm, type VmRequest } from './find-vm.js';
import { wordsOf } from './load.js';
import { logs } from './logs.js';

export interface ConsoleRequest extends VmRequest {
  /** Whether there is one to hand over. */
  hasTerminal: boolean;
  /** The control character that detaches, as `^]`. */
  escape: string;
  /** Detaches at once. */
  signal: AbortSignal;
  /** Called just before the terminal is handed over. `isBios`: its firmware is silent there. */
  onAttach: (address: string, isBios?: boolean) => void;
}

/**
 * Attaches this terminal to a running VM's serial console until the user detaches, or the VM
 * stops. Needs no lock, changes nothing. Restores the terminal's modes. @throws VenError
 * `not-found`, `usage` without a terminal, `not-running`
 */
export async function attach(
  request: ConsoleRequest,
): Promise<{ address: string; ended: 'left' | 'stopped' }> {
  const { name } = (await findKnownVm(request)).vm;
  if (!request.hasTerminal)
    throw new VenError('usage', {
      summary: 'A console needs a terminal',
      hint:
        `Without one: ${venCommand('logs', name, wordsOf(request))}; with --follow it shows ` +
        'what comes, too',
    });
  const { host, vm } = await findRunningVm(request);
  request.onAttach(vm.address, vm.firmware === 'bios');
  const { escape, signal } = request;
  const state = await host.consoles.attach({ uuid: vm.uuid, escape, signal });
  return { address: vm.address, ended: state === 'stopped' ? 'stopped' : 'left' };
}

/** Lines of earlier output that a reader gets first. */
const LINES_BEFORE = 24;

/**
 * The same bytes as an attached terminal gets, read only: with a terminal until `signal` is
 * aborted, without one, which nobody could leave, those that are there. Rejects as `logs` does.
 */
export async function readAlong(
  request: VmRequest &
    Pick<ConsoleRequest, 'hasTerminal' | 'signal' | 'onAttach'> & {
      write: (latin1: string) => void;
    },
): Promise<void> {
  const { vm } = await findRunningVm(request);
  request.onAttach(vm.address, vm.firmware === 'bios');
  const { hasTerminal: follow } = request;
  const tail = follow ? LINES_BEFORE : null;
  await logs({ ...request, follow, since: 'boot', tail, raw: true });
}
