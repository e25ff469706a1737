import { VenError, venCommand } from '../model/index.js';
import { findRunningVm, type VmRequest } from './find-vm.js';
import { wordsOf } from './load.js';

export interface VncAddress {
  address: string;
  /** The address that the host listens on, as libvirt reports it. */
  listen: string;
  port: number;
  /** The host's URI, when it is another machine. */
  remote: string | null;
  /** The viewer that was started; null: none. */
  viewer: string | null;
  /** It is this process that listens there, for as long as it lives. Absent: no. */
  served?: true;
}

/**
 * The address of a running VM's screen. With `view` it also starts a viewer, if one is installed
 * and there is a display. Changes nothing.
 */
export async function vnc({
  view,
  ...request
}: VmRequest & { view: boolean }): Promise<VncAddress> {
  const { host, vm, live } = await findRunningVm(request);
  const { graphics } = live;
  if (!('listen' in graphics) || graphics.type !== 'vnc') {
    throw new VenError('not-found', {
      where: vm.address,
      summary: 'The VM has no screen',
      hint:
        vm.graphics?.type === 'vnc'
          ? 'The fleet file has graphics: vnc for it. Apply that: ' +
            venCommand('apply', wordsOf(request))
          : 'Write graphics: vnc in the fleet file, then ven apply. The serial console needs ' +
            `no screen: ${venCommand('console', vm.name, wordsOf(request))}`,
    });
  }
  const { listen, port } = graphics;
  const viewer = view ? await host.consoles.openViewer({ uuid: vm.uuid, listen, port }) : null;
  return {
    address: vm.address,
    listen,
    port,
    remote: host.isRemote ? host.uri : null,
    viewer,
  };
}
