import { attachTerminal, serveLocally } from '../../host/index.js';
import { venCommand, VenError } from '../../model/index.js';
import type { ConsoleRequest } from '../console.js';
import type { VmRequest } from '../find-vm.js';
import { wordsOf } from '../load.js';
import type { VncAddress } from '../vnc.js';
import { findRunningInCluster } from './cluster.js';

/** As `attach` of a libvirt host, over the cluster's API. */
export async function attach(
  request: ConsoleRequest,
): Promise<{ address: string; ended: 'left' | 'stopped' }> {
  if (!request.hasTerminal)
    throw new VenError('usage', {
      summary: 'A console needs a terminal',
      hint: `Without one: ${venCommand('console', request.vm, wordsOf(request, '--read-only'))}`,
    });
  const { cluster, vm, owned } = await findRunningInCluster(request);
  const { escape, signal } = request;
  const ended = await attachTerminal({
    open: (receive) => cluster.open('console', owned.vm.metadata.name, receive),
    ready: () => {
      request.onAttach(vm.address, vm.firmware === 'bios');
    },
    escape,
    signal,
  });
  return { address: vm.address, ended };
}

/** The same bytes, read only, until `signal` is aborted or the VM stops. */
export async function readAlong(
  request: VmRequest &
    Pick<ConsoleRequest, 'signal' | 'onAttach'> & { write: (latin1: string) => void },
): Promise<void> {
  const { cluster, vm, owned } = await findRunningInCluster(request);
  const stream = await cluster.open('console', owned.vm.metadata.name, (bytes) => {
    request.write(Buffer.from(bytes).toString('latin1'));
  });
  request.onAttach(vm.address);
  const stop = (): void => {
    stream.close();
  };
  request.signal.addEventListener('abort', stop);
  if (request.signal.aborted) stop();
  await stream.ended;
  request.signal.removeEventListener('abort', stop);
}

/**
 * Serves the VM's screen on an address of this machine, for any viewer, as long as the process
 * lives.
 */
export async function vnc({
  view,
  ...request
}: VmRequest & { view: boolean }): Promise<VncAddress> {
  const { cluster, vm, owned } = await findRunningInCluster(request);
  if (vm.graphics.type !== 'vnc')
    throw new VenError('not-found', {
      where: vm.address,
      summary: 'The VM has no screen',
      hint: 'Write graphics: vnc in the fleet file, then ven apply.',
    });
  const name = owned.vm.metadata.name;
  const served = await serveLocally({
    open: (receive) => cluster.open('vnc', name, receive),
    view,
    env: request.env,
  });
  return { address: vm.address, ...served, remote: null, served: true };
}
