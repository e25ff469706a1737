import { parseLibvirtUri, type Fleet } from '../../model/index.js';
import { quote } from '../source/source.js';
import type { Report } from './report.js';

/**
 * The one libvirt whose sockets ven gives to a container. Any other needs keys or tunnels that a
 * container lacks.
 */
const CONTAINER_URI = 'qemu:///system';

export function checkHost({ host }: Fleet, report: Report): void {
  checkUri(host?.uri ?? CONTAINER_URI, report);
  if (host?.backend === 'libvirt' || host?.vagrant?.runner !== 'container') return;
  if ((host.uri ?? CONTAINER_URI) === CONTAINER_URI) return;
  report({
    rule: 'container-uri',
    path: ['host', 'vagrant', 'runner'],
    because: [['host', 'uri']],
    message: `\`runner: container\` works with ${CONTAINER_URI} only, and \`host.uri\` is another`,
    hint: 'Write `runner: local`, or run ven on that host.',
  });
}

/** Some libvirt drivers can be connected to, and none of ven's VMs can run there. */
function checkUri(uri: string, report: Report): void {
  const wrong = whyNoHost(uri);
  if (wrong === null) return;
  report({
    rule: 'host-uri',
    path: ['host', 'uri'],
    // Not quoted: it may hold a password.
    message: `No VM of ven's can run at this libvirt: ${wrong}`,
    hint: 'Write qemu:///system, or qemu+ssh://user@machine/system for another machine.',
  });
}

/** Of libvirt's QEMU driver there are the paths /system, /session and /embed. */
function whyNoHost(uri: string): string | null {
  const parsed = parseLibvirtUri(uri);
  if (parsed === null) return 'libvirt can not read it';
  const { driver, path, parameters } = parsed;
  if (driver !== 'qemu') return `the driver is ${driver}, and ven makes VMs of QEMU`;
  if (path === '/session')
    return (
      "a session is one user's own libvirt, which has no networks and may not write where " +
      'libvirt logs consoles and keeps NVRAM. Members of the group libvirt use /system without sudo'
    );
  if (path !== '/system') return `its path is ${quote(path)}, and only /system leads to a host`;
  // It takes the place of the whole URI at the other end.
  if (/(^|[&;])name=/.test(parameters)) return 'the parameter `name` leads to another libvirt';
  return null;
}
