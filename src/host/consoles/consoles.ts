/** `Consoles` of one fleet's domains on one host. */
import type { Consoles } from '../../model/index.js';
import type { Env } from '../exec.js';
import { readConsoleLog } from './console-log.js';
import { ConsoleFollower, consoleEnd } from './console-follower.js';
import { typeOnConsole } from './console-typing.js';
import { attachConsole } from './console.js';
import { removeDomainLogs } from './domain-logs.js';
import { checkConsoleLogs } from './log-access.js';
import { startViewer } from './viewer.js';

export interface ConsolesOptions {
  uri: string;
  fleet: string;
  env: Env;
  /** The folder of libvirt's logs; default: libvirt's own. */
  logFolder?: string | undefined;
}

export function openConsoles({ uri, fleet, env, logFolder: folder }: ConsolesOptions): Consoles {
  return {
    checkAccess: (domains) => {
      checkConsoleLogs({ uri, domains, folder });
    },
    read: (domain, options) => readConsoleLog({ uri, domain, ...options, folder }),
    follow: (domain, from) => new ConsoleFollower({ uri, domain, from, folder }),
    end: (domain) => consoleEnd({ uri, domain, folder }),
    type: (request) => typeOnConsole({ uri, env, ...request }),
    attach: (request) => attachConsole({ uri, env, ...request }),
    openViewer: (screen) => startViewer({ uri, ...screen }, env),
    deleteLogs: () => removeDomainLogs(uri, fleet, env),
  };
}
