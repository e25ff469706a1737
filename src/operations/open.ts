import { VenError, type Host, type ReadSecret, type ResolvedFleet } from '../model/index.js';
import type { Request } from './load.js';
import { PORTS } from './ports.js';
import { readTemplate } from './templates.js';

/**
 * The fleet's host; nothing is run yet. `readSecret`: for plans, which compare passwords.
 * @throws VenError `usage` for a fleet that something else runs than libvirt on a host
 */
export function openHost(
  fleet: ResolvedFleet,
  { env, ports = PORTS, waiting }: Pick<Request, 'env' | 'ports' | 'waiting'>,
  readSecret?: ReadSecret,
): Host {
  if (fleet.engine)
    throw new VenError('usage', {
      summary: `This needs a libvirt host, and the fleet runs on ${fleet.engine.kind}`,
      hint:
        'There are plan, apply, destroy, status, console, vnc, power, render, doctor and ' +
        'validate for it; docs/kubevirt.md says what it has in place of the others.',
    });
  return ports.openHost({
    uri: fleet.host.uri,
    fleet: fleet.name,
    backend: fleet.host.backend,
    runner: fleet.host.runner,
    vagrantfile: readTemplate('Vagrantfile'),
    env,
    readSecret,
    waiting,
  });
}
