/** Whether links can be impaired here: it takes root, `tc`, and a kernel with netem. */
import { readFileSync } from 'node:fs';
import type { NoImpairment } from '../../model/index.js';
import { VenError } from '../../model/index.js';
import { run, type Env } from '../exec.js';
import { isLocal } from '../libvirt/local.js';
import { withSbin } from './qdiscs.js';

const CAP_NET_ADMIN = 12n;
const WHAT = 'latency, jitter and loss of links';

/** null: they can. Tries it on the loopback device of a network namespace that ends with it. */
export async function noImpairment(env: Env, uri: string): Promise<NoImpairment | null> {
  if (!isLocal(uri))
    return {
      summary: `The ${WHAT} are made on the host itself, and ${uri} is another machine`,
      hint: 'Run ven there, as root; or take them out of the fleet file',
    };
  if (!mayChangeNetworks(capabilities()))
    return {
      summary: `The ${WHAT} need root on the host`,
      hint: 'Run ven as root (sudo); or take them out of the fleet file',
    };
  const args = ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
  try {
    const tried = await run('unshare', args, {
      env,
      extraEnv: withSbin(env),
      timeoutSeconds: 20,
      accept: 'any',
    });
    return tried.exitCode === 0 ? null : refusalBy(tried.stderr);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return { summary: `The ${WHAT} can't be tried: ${error.summary}`, hint: error.hint ?? '' };
  }
}

/** What stands against it, from the words of `unshare` or `tc`. */
export function refusalBy(words: string): NoImpairment {
  if (/qdisc kind is unknown/.test(words))
    return {
      summary: `The ${WHAT} need netem, which the kernel of this host does not have`,
      hint:
        'Load it: sudo modprobe sch_netem. Ubuntu has it in linux-modules-extra-$(uname -r), ' +
        'Fedora and RHEL in kernel-modules-extra, Debian in all but its cloud kernels',
    };
  if (/failed to execute tc/.test(words))
    return {
      summary: `The ${WHAT} need tc, which is not installed`,
      hint: 'Install it: sudo apt-get install iproute2',
    };
  const last = words.trim().split('\n').at(-1) ?? '';
  return {
    summary: `The ${WHAT} can't be made on this host: ${last}`,
    hint: 'Try it: unshare --net tc qdisc add dev lo root netem delay 1ms',
  };
}

/** Those in effect, in hexadecimal digits: the line `CapEff` of a process's status. */
export function mayChangeNetworks(effective: string): boolean {
  return effective !== '' && ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}

function capabilities(): string {
  try {
    return /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
