/** Attaches a terminal to a domain's serial console. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AttachRequest } from '../../model/index.js';
import { explain } from '../libvirt/explain.js';
import { commandLine, type Env } from '../exec.js';
import { interact } from './hand-over.js';
import { overSharedSsh } from '../libvirt/ssh.js';
import { Virsh } from '../libvirt/virsh.js';

export interface AttachOptions extends AttachRequest {
  uri: string;
  env: Env;
}

/**
 * Attaches this terminal to COM1 of a running domain, through libvirt, so also on a remote host,
 * until the escape character is typed or the VM stops. The terminal is then as it was.
 * @returns whether the VM still runs.
 * @throws VenError `tool-failed` when another client is attached, or libvirt's error; `interrupted`
 * when aborted.
 */
export async function attachConsole({
  uri,
  uuid,
  env,
  escape,
  signal,
}: AttachOptions): Promise<'running' | 'stopped'> {
  const args = ['-q', '-e', escape, '-c', uri, 'console', uuid, '--safe'];
  const through = args.with(args.indexOf(uri), overSharedSsh(uri, env));
  const { exitCode, stderr } = await interact('virsh', through, { env, signal });
  if (exitCode !== 0) {
    // On a terminal its authentication agent prints too, even when there is nothing to ask.
    const own = stderr.split('\n').filter((line) => line.startsWith('error:'));
    throw explain({
      command: commandLine('virsh', args),
      words: own.join('\n') || stderr || `exit code ${exitCode}`,
      program: 'virsh',
      act: { kind: 'domain', verb: 'console', object: uuid },
      uri,
    });
  }
  return (await stillRuns(new Virsh({ uri, env }), uuid)) ? 'running' : 'stopped';
}

const QUERY_SECONDS = 10;
const STOPPING_MS = 5000;

/**
 * virsh ends in the same way when the user detaches and when the VM stops. A stopping VM closes its
 * console first, and libvirt lists it as running for seconds more, so QEMU itself is queried: only
 * a running one answers.
 */
async function stillRuns(virsh: Virsh, uuid: string): Promise<boolean> {
  const [alive] = await virsh
    .ask([['iothreadinfo', uuid, '--live']], { timeoutSeconds: QUERY_SECONDS })
    .catch(() => []);
  if (alive?.ok) return true;
  // It stops, or does not support the query: another hypervisor, or a busy one.
  for (const end = Date.now() + STOPPING_MS; ; await pause(200)) {
    const [active = ''] = await virsh.must([['list', '--uuid']]);
    if (!active.includes(uuid)) return false;
    if (Date.now() > end) return true;
  }
}
