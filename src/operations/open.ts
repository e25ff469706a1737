import { createHost, workFolder } from '../host/index.js';
import type { Host, ReadSecret, ResolvedFleet } from '../model/index.js';
import type { Request } from './load.js';
import { readTemplate } from './templates.js';

/** The fleet's host and its work folder. `lockFd`: handed to children that outlive a killed run, so that they hold the lock on. `signal`: ends what virsh is at work on. `readSecret`: for plans, which compare passwords. */
export function openHost(
  fleet: ResolvedFleet,
  env: Request['env'],
  {
    lockFd,
    signal,
    readSecret,
  }: { lockFd?: number; signal?: AbortSignal; readSecret?: ReadSecret } = {},
): { host: Host; workDir: string } {
  const workDir = workFolder({ uri: fleet.host.uri, fleet: fleet.name, env });
  const host = createHost({
    uri: fleet.host.uri,
    fleet: fleet.name,
    runner: fleet.host.runner,
    workDir,
    vagrantfile: readTemplate('Vagrantfile'),
    env,
    lockFd,
    signal,
    readSecret,
  });
  return { host, workDir };
}
