import type { Host, ReadSecret, ResolvedFleet } from '../model/index.js';
import type { Request } from './load.js';
import { PORTS } from './ports.js';
import { readTemplate } from './templates.js';

/**
 * The fleet's host; nothing is run yet. `readSecret`: for plans, which compare passwords.
 */
export function openHost(
  fleet: ResolvedFleet,
  { env, ports = PORTS, waiting }: Pick<Request, 'env' | 'ports' | 'waiting'>,
  readSecret?: ReadSecret,
): Host {
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
