import { join } from 'node:path';
import type {
  BackendName,
  Host,
  ReadSecret,
  ResolvedHost,
  SecretReference,
} from '../model/index.js';
import { BACKENDS } from './backends.js';
import { bmcMachines } from './bmc/machines.js';
import { findingsOf } from './checks/findings.js';
import { firmwareFiles, firmwareFor } from './checks/firmware.js';
import { probeAccelerator } from './checks/probe.js';
import { openConsoles } from './consoles/consoles.js';
import { LogMirror } from './consoles/log-mirror.js';
import type { Env } from './exec.js';
import { readBacking } from './libvirt/backing.js';
import { bmcActs } from './libvirt/bmc-acts.js';
import { domainActs } from './libvirt/domain-acts.js';
import { domainFiles } from './libvirt/domain-files.js';
import { setGraphicsPassword, withPasswords } from './libvirt/graphics-password.js';
import { hostFiles } from './libvirt/host-files.js';
import { volumeIncarnation } from './libvirt/incarnation.js';
import { isLocal } from './libvirt/local.js';
import { networkActs } from './libvirt/network-acts.js';
import { readNvramTemplate } from './libvirt/nvram-template.js';
import { observe } from './libvirt/observe.js';
import { lastStart, readPowers } from './libvirt/power.js';
import { withRoutesThere } from './libvirt/routes-there.js';
import { withRunsAtWork } from './libvirt/runs-at-work.js';
import { afterStart, links, tapsHere, withImpairments } from './links/links.js';
import { linkFaults } from './links/no-impairment.js';
import { startWatch } from './libvirt/start-watch.js';
import { storageActs } from './libvirt/storage-acts.js';
import { survey } from './libvirt/survey.js';
import { Virsh } from './libvirt/virsh.js';
import { holdDomain } from './state/domain-lock.js';
import { openFleetState } from './state/fleet-state.js';
import { acquireLock, fleetKey, isLocked, lockHolder, tryLock } from './state/lock.js';
import { checkWorkFolder, workFolder } from './state/work-folder.js';
import { endLeftOvers } from './vagrant/container.js';

export interface HostOptions {
  /** A libvirt connection URI. */
  uri: string;
  fleet: string;
  backend: BackendName;
  runner: ResolvedHost['runner'];
  /** The text of the Vagrantfile, which reads `machines.json` beside it. */
  vagrantfile: string;
  env: Env;
  /** Without it, `observe` checks no passwords, and none can be set. */
  readSecret?: ReadSecret | undefined;
  /** Is told what libvirt has not answered for some seconds, again and again until it has. */
  waiting?: ((what: string) => void) | undefined;
  /** The folder of libvirt's logs of domains; default: libvirt's own. */
  logFolder?: string | undefined;
}

/** The real host. Runs no program and creates no file before its first call. */
export function openHost(options: HostOptions): Host {
  return hostWith(options, {});
}

/** `lockFd`: see `LockFile.fd`. `signal`: ends running virsh commands. */
function hostWith(
  options: HostOptions,
  { lockFd, signal }: { lockFd?: number; signal?: AbortSignal | undefined },
): Host {
  const { uri, fleet, runner, vagrantfile, env, readSecret, logFolder, waiting } = options;
  const virsh = new Virsh({ uri, env, lockFd, signal, waiting });
  const key = fleetKey({ uri, fleet });
  const workDir = workFolder({ uri, fleet, env });
  // Not ended by the signal: it takes its pools away.
  const files = isLocal(uri) ? null : hostFiles(new Virsh({ uri, env }), env);
  const firmware = firmwareFiles(files);
  const mirror = files && new LogMirror(files, join(workDir, 'consoles'));
  const remote = files && mirror && { files, mirror };
  const onTaps = links(virsh, env);
  const hasStarted = afterStart(startWatch(virsh, { logFolder, files }), onTaps);
  const local = domainActs(virsh, { links: onTaps, hasStarted });
  const domains = mirror === null ? local : { ...local, deleteDomain: lastHeard(local, mirror) };
  const storage = storageActs(virsh);
  const hold = <T>(uuid: string, work: () => Promise<T>): Promise<T> =>
    holdDomain({ uri, uuid }, work);
  const unheld = {
    ...domains,
    setGraphicsPassword: (uuid: string, reference: SecretReference) =>
      setGraphicsPassword(virsh, uuid, readSecret, reference),
  };
  const host: Host = {
    uri,
    isRemote: !isLocal(uri),
    consoles: openConsoles({ uri, fleet, env, logFolder, remote }),
    files: domainFiles(virsh, { ...env, TMPDIR: workDir }),
    state: openFleetState(workDir),
    observe: async (fleet, stop) => {
      // This run's own lock does not count.
      const isAtWork = async (other: string): Promise<boolean> =>
        !(other === fleet.name && lockFd !== undefined) &&
        (await isLocked({ uri, fleet: other, env }));
      // Asked while libvirt answers.
      const onTaps = tapsHere(env, uri);
      onTaps.catch(() => undefined); // told when it is waited for
      const looked = observe(virsh, fleet, () => new Date(), stop);
      const seen = await withRoutesThere(files, looked);
      const known = await withRunsAtWork(seen, isAtWork);
      const state = await withImpairments(env, fleet, known, onTaps);
      return readSecret ? withPasswords(virsh, fleet, state, readSecret, stop) : state;
    },
    linkFaults: () => linkFaults(env, uri),
    survey: (pools, stop) => survey(virsh, pools, stop),
    readBacking: (state, stop) => readBacking(virsh, state.domains, state, stop),
    readPowers: (uuids, stop) => readPowers({ uri, env, signal: stop }, uuids),
    lastStart: (domain) => lastStart({ domain, folder: mirror?.folder ?? logFolder }),
    volumeIncarnation: (path) => volumeIncarnation(uri, path),
    firmware: (wanted, need) => firmwareFor(virsh, firmware, wanted, need),
    ...networkActs(virsh, {
      lock: (other) => tryLock({ uri, fleet: other, env, command: 'apply' }),
      remote: !isLocal(uri),
      signal,
    }),
    ...unheld,
    ...holding(unheld, hold),
    holdDomain: (uuid, work) => hold(uuid, () => work({ ...host, ...unheld })),
    ...storage,
    bmc: bmcMachines(fleet, {
      ...{ ...domains, ...storage, ...bmcActs(virsh, env) },
      ...{ hold, now: () => Date.now() },
    }),
    readNvramTemplate: (path) => readNvramTemplate(path, files),
    backend: BACKENDS[options.backend]({
      virsh,
      hasStarted,
      fleet,
      runner,
      workDir,
      vagrantfile,
      env,
      lockFd,
    }),
    probeAccelerator: (vm) => probeAccelerator(virsh, firmware, vm),
    findings: (fleet, checks) => findingsOf(fleet, { env, waiting, firmware, files, ...checks }),
    lock: async ({ stop, ...request }) => {
      checkWorkFolder(workDir);
      const held = await acquireLock({ uri, fleet, env, ...request });
      return {
        host: hostWith(options, { lockFd: held.fd, signal: stop }),
        release: () => {
          held.release();
        },
      };
    },
    lockHolder: () => lockHolder({ uri, fleet }),
    endLeftovers: () => endLeftOvers({ runner, key, workDir, env }),
  };
  return host;
}

/** What a VM said last is not taken for what the next one of its name says. */
function lastHeard(
  { deleteDomain }: Pick<Host, 'deleteDomain'>,
  mirror: LogMirror,
): Host['deleteDomain'] {
  return async (uuid, volumes) => {
    await deleteDomain(uuid, volumes);
    await mirror.fetch([]).catch(() => undefined);
  };
}

type Changes = Pick<
  Host,
  'startDomain' | 'markDomain' | 'setTitle' | 'setGraphicsPassword' | 'deleteDomain'
>;

/** Each of the acts, for who does not hold the domain. */
function holding(
  acts: Changes,
  hold: <T>(uuid: string, work: () => Promise<T>) => Promise<T>,
): Changes {
  const held =
    <A extends unknown[]>(act: (uuid: string, ...rest: A) => Promise<void>) =>
    (uuid: string, ...rest: A) =>
      hold(uuid, () => act(uuid, ...rest));
  return {
    startDomain: held(acts.startDomain),
    markDomain: held(acts.markDomain),
    setTitle: held(acts.setTitle),
    setGraphicsPassword: held(acts.setGraphicsPassword),
    deleteDomain: held(acts.deleteDomain),
  };
}
