/**
 * ssh as ven wants it under virsh. virsh starts one for each of its processes: with a connection
 * that they share, each takes a quarter of a second and not more than half of one. libvirt takes
 * another program than `ssh` by the URI's `command`: a script that ven writes beside the shared
 * connection's socket. It asks nothing, and what does not answer is given up.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLibvirtUri } from '../../model/index.js';
import type { Env } from '../exec.js';
import { makeStateFolder } from '../state/files.js';
import { stateFolder } from '../state/work-folder.js';

/**
 * The connection outlives its last use by a minute. A name that libvirt or a person gave in options
 * comes later, and ssh takes the first: these hold.
 */
const SCRIPT = `#!/bin/sh
exec ssh -o BatchMode=yes -o ConnectTimeout=8 -o ServerAliveInterval=5 -o ServerAliveCountMax=2 \\
  -o ControlMaster=auto -o ControlPersist=60 -o ControlPath="$0.socket" "$@"
`;
/** A socket's path has 107 characters at most, and ssh adds 17 while it makes it. */
const LONGEST = 107 - 17 - '.socket'.length;

/**
 * The URI for virsh. It is `uri` itself where libvirt starts no ssh, where the URI names a program,
 * and where the script can't be written.
 */
export function overSharedSsh(uri: string, env: Env): string {
  const { transport, parameters = '' } = parseLibvirtUri(uri) ?? {};
  if (transport !== 'ssh' || /(^|[&;])command=/i.test(parameters)) return uri;
  const folder = join(stateFolder(env), 'ssh');
  const script = join(folder, createHash('sha256').update(uri).digest('hex').slice(0, 8));
  // ssh expands % in a socket's path.
  if (script.length > LONGEST || !/^[\w./@+-]+$/.test(script)) return uri;
  try {
    write(folder, script);
  } catch {
    return uri;
  }
  return `${uri}${uri.includes('?') ? '&' : '?'}command=${encodeURIComponent(script)}`;
}

function write(folder: string, script: string): void {
  try {
    if (readFileSync(script, 'utf8') === SCRIPT) return;
  } catch {
    // It is not there.
  }
  makeStateFolder(folder);
  const fresh = `${script}.${process.pid}`;
  writeFileSync(fresh, SCRIPT, { mode: 0o700 });
  renameSync(fresh, script);
}
