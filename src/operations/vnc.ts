import { VenError } from '../model/index.js';
import { findRunningVm, type VmRequest } from './find-vm.js';

export interface VncAddress {
  address: string;
  /** As libvirt says: where the host listens. */
  listen: string;
  port: number;
  /** The host's URI, when it is another machine. */
  remote: string | null;
  /** Started; null when none was. */
  viewer: string | null;
}

/**
 * Where a running VM's screen is, and with `view` a viewer of this machine, when there is one and a
 * display. Changes nothing.
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
      summary: 'the VM has no screen',
      hint:
        vm.graphics.type === 'vnc'
          ? `The fleet file says it shall have one: ven apply ${request.file}`
          : 'Write graphics: vnc in the fleet file, then ven apply; its serial console ' +
            `needs none: ven console ${vm.name} ${request.file}`,
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
