import type { ResolvedHost } from '../../model/index.js';
import type { Env } from '../exec.js';
import type { Virsh } from '../libvirt/virsh.js';
import type { AfterStart } from '../links/links.js';

/** What a backend is made of. Each takes what it needs. */
export interface BackendOptions {
  virsh: Virsh;
  /** For a VM that was just started. */
  hasStarted: AfterStart;
  fleet: string;
  runner: ResolvedHost['runner'];
  /** The fleet's work folder. */
  workDir: string;
  /** The text of the Vagrantfile, which reads `machines.json` beside it. */
  vagrantfile: string;
  env: Env;
  /** See `LockFile.fd`. */
  lockFd?: number | undefined;
}
