/** A terminal's way to a domain's serial console. */
import { explain } from './answers.js';
import { commandLine, type Env } from './exec.js';
import { interact } from './hand-over.js';
import { Virsh } from './virsh.js';

export interface Attach {
  uri: string;
  uuid: string;
  env: Env;
  /** The control character that leaves, as `^]`. */
  escape: string;
  signal: AbortSignal;
}

/**
 * Attaches this terminal to COM1 of a running domain, through libvirt, so also on a remote host, until the escape character is
 * typed or the VM stops. The terminal is then as it was.
 * @returns whether the VM still runs.
 * @throws VenError `tool-failed` when another is attached, or what libvirt answers; `interrupted` when aborted.
 */
export async function attachConsole({ uri, uuid, env, escape, signal }: Attach): Promise<'running' | 'stopped'> {
  const args = ['-q', '-e', escape, '-c', uri, 'console', uuid, '--safe'];
  const { exitCode, stderr } = await interact('virsh', args, { env, signal });
  if (exitCode !== 0) {
    // On a terminal its authentication agent has its say too, even where nobody has to be asked.
    const own = stderr.split('\n').filter((line) => line.startsWith('error:'));
    throw explain({ command: commandLine('virsh', args), words: own.join('\n') || stderr || `exit code ${exitCode}`, program: 'virsh' });
  }
  const [active = ''] = await new Virsh({ uri, env }).must([['list', '--uuid']]);
  return active.includes(uuid) ? 'running' : 'stopped';
}
