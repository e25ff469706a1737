import type { Host, ReadSecret, ResolvedHost } from '../model/index.js';
import { bringUpAct } from './vagrant/bring-up.js';
import { firmwareFor } from './checks/firmware.js';
import { domainActs } from './libvirt/domain-acts.js';
import type { Env } from './exec.js';
import { fleetKey } from './state/lock.js';
import { setGraphicsPassword, withPasswords } from './libvirt/graphics-password.js';
import { networkActs } from './libvirt/network-acts.js';
import { readNvramTemplate } from './libvirt/nvram-template.js';
import { observe } from './libvirt/observe.js';
import { probeAccelerator } from './checks/probe.js';
import { containerRunner } from './vagrant/container.js';
import { machinesJson } from './vagrant/machines.js';
import { localRunner } from './vagrant/runner.js';
import { storageActs } from './libvirt/storage-acts.js';
import { Virsh } from './libvirt/virsh.js';

export interface HostOptions {
  /** A libvirt connection URI. */
  uri: string;
  fleet: string;
  runner: ResolvedHost['runner'];
  /** See `workFolder`. */
  workDir: string;
  /** The text of the Vagrantfile, which reads `machines.json` beside it. */
  vagrantfile: string;
  env: Env;
  /** See `Lock.fd`. */
  lockFd?: number | undefined;
  /** Ends what virsh is at work on. */
  signal?: AbortSignal | undefined;
  /** Without it, `observe` looks at no passwords, and none can be set. */
  readSecret?: ReadSecret | undefined;
}

/** The real host. Nothing is run before something is asked. */
export function createHost({
  uri,
  fleet,
  runner,
  workDir,
  vagrantfile,
  env,
  lockFd,
  signal,
  readSecret,
}: HostOptions): Host {
  const virsh = new Virsh({ uri, env, lockFd, signal });
  return {
    observe: async (fleet) => {
      const state = await observe(virsh, fleet, () => new Date());
      return readSecret ? withPasswords(virsh, fleet, state, readSecret) : state;
    },
    setGraphicsPassword: (uuid, reference) =>
      setGraphicsPassword(virsh, uuid, readSecret, reference),
    firmware: (wanted, need) => firmwareFor(virsh, { uri, env }, wanted, need),
    ...networkActs(virsh),
    ...domainActs(virsh),
    ...storageActs(virsh, env),
    readNvramTemplate,
    bringUp: bringUpAct({
      virsh,
      workDir,
      vagrantfile,
      machinesJson,
      runner:
        runner.kind === 'container'
          ? containerRunner({ image: runner.image, key: fleetKey({ uri, fleet }), env })
          : localRunner,
      env,
      lockFd,
    }),
    probeAccelerator: () => probeAccelerator(virsh, { uri, env }),
  };
}
