/** A terminal's way to a domain's serial console. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AttachRequest } from '../../model/index.js';
import { explain } from '../libvirt/answers.js';
import { commandLine, type Env } from '../exec.js';
import { interact } from './hand-over.js';
import { Virsh } from '../libvirt/virsh.js';

export interface AttachOptions extends AttachRequest {
  uri: string;
  env: Env;
}

/**
 * Attaches this terminal to COM1 of a running domain, through libvirt, so also on a remote host,
 * until the escape character is typed or the VM stops. The terminal is then as it was.
 * @returns whether the VM still runs.
 * @throws VenError `tool-failed` when another is attached, or what libvirt answers; `interrupted`
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
  const { exitCode, stderr } = await interact('virsh', args, { env, signal });
  if (exitCode !== 0) {
    // On a terminal its authentication agent has its say too, even where nobody has to be asked.
    const own = stderr.split('\n').filter((line) => line.startsWith('error:'));
    throw explain({
      command: commandLine('virsh', args),
      words: own.join('\n') || stderr || `exit code ${exitCode}`,
      program: 'virsh',
    });
  }
  return (await stillRuns(new Virsh({ uri, env }), uuid)) ? 'running' : 'stopped';
}

const QUERY_SECONDS = 10;
const STOPPING_MS = 5000;

/**
 * virsh ends alike when somebody leaves and when the VM stops. A VM that stops closes its console
 * first, and libvirt lists it as running for seconds more; so QEMU itself is asked something, which
 * only one that lives answers.
 */
async function stillRuns(virsh: Virsh, uuid: string): Promise<boolean> {
  const [alive] = await virsh
    .ask([['iothreadinfo', uuid, '--live']], { timeoutSeconds: QUERY_SECONDS })
    .catch(() => []);
  if (alive?.ok) return true;
  // It stops, or it can't be asked this: another kind of hypervisor, or a busy one.
  for (const end = Date.now() + STOPPING_MS; ; await pause(200)) {
    const [active = ''] = await virsh.must([['list', '--uuid']]);
    if (!active.includes(uuid)) return false;
    if (Date.now() > end) return true;
  }
}
