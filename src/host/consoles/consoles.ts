/** `Consoles` of one fleet's domains on one host. */
import type { Consoles } from '../../model/index.js';
import type { Env } from '../exec.js';
import type { HostFiles } from '../libvirt/host-files.js';
import { Virsh } from '../libvirt/virsh.js';
import { readConsoleLog } from './console-log.js';
import { ConsoleFollower, consoleEnd } from './console-follower.js';
import { typeOnConsole } from './console-typing.js';
import { attachConsole } from './console.js';
import { removeDomainLogs } from './domain-logs.js';
import { checkConsoleLogs } from './log-access.js';
import type { LogMirror } from './log-mirror.js';
import { startViewer } from './viewer.js';

export interface ConsolesOptions {
  uri: string;
  fleet: string;
  env: Env;
  /** The folder of libvirt's logs; default: libvirt's own. */
  logFolder?: string | undefined;
  /** Of a host that is another machine; its folder is in place of `logFolder`. */
  remote?: { files: HostFiles; mirror: LogMirror } | null;
}

export function openConsoles({
  uri,
  fleet,
  env,
  logFolder,
  remote = null,
}: ConsolesOptions): Consoles {
  const mirror = remote?.mirror;
  const folder = mirror?.folder ?? logFolder;
  return {
    checkAccess: (domains) => {
      if (remote === null) checkConsoleLogs({ domains, folder });
    },
    fetch: (domains) => mirror?.fetch(domains) ?? Promise.resolve(),
    read: (domain, options) =>
      readConsoleLog({
        domain,
        ...options,
        folder,
        fetch: mirror && (() => mirror.fetch([domain])),
      }),
    follow: (domain, from) =>
      new ConsoleFollower({
        ...{ domain, from, folder },
        masked: ({ file, position }, said) => {
          mirror?.mask(`${domain}-console.log`, file, position, said);
        },
      }),
    end: (domain) => {
      if (mirror?.fault) throw mirror.fault;
      return consoleEnd({ domain, folder });
    },
    type: (request) => typeOnConsole({ uri, env, ...request }),
    attach: (request) => attachConsole({ uri, env, ...request }),
    openViewer: (screen) => startViewer({ uri, ...screen }, env),
    deleteLogs: () =>
      removeDomainLogs(new Virsh({ uri, env }), fleet, remote === null ? null : remote.files),
  };
}
