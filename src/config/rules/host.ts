import type { Fleet } from '../../model/index.js';
import type { Report } from './report.js';

/**
 * The one libvirt whose sockets ven gives to a container. Any other needs keys, tunnels, or a
 * session that a container lacks.
 */
const CONTAINER_URI = 'qemu:///system';

export function checkHost({ host }: Fleet, report: Report): void {
  if (host?.vagrant?.runner !== 'container' || (host.uri ?? CONTAINER_URI) === CONTAINER_URI)
    return;
  report({
    rule: 'container-uri',
    path: ['host', 'vagrant', 'runner'],
    because: [['host', 'uri']],
    message: `\`runner: container\` works with ${CONTAINER_URI} only, and \`host.uri\` is another`,
    hint: 'Write `runner: local`, or run ven on that host.',
  });
}
