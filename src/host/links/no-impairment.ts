/**
 * Whether links can be impaired here: it takes root, `tc`, and a kernel with netem. And whether
 * libvirt can limit their rate: it takes the kernel alone.
 */
import { readFileSync } from 'node:fs';
import { VenError, type LinkFaults, type NoImpairment } from '../../model/index.js';
import { run, type Env } from '../exec.js';
import { isLocal } from '../libvirt/local.js';
import { withSbin } from './qdiscs.js';

const CAP_NET_ADMIN = 12n;
const WHAT = 'latency, jitter and loss of links';

export async function linkFaults(env: Env, uri: string): Promise<LinkFaults> {
  const [impairment, rate] = await Promise.all([noImpairment(env, uri), noRate(env, uri)]);
  return { ...(impairment && { noImpairment: impairment }), ...(rate && { noRate: rate }) };
}

/** null: they can. Tries it on the loopback device of a network namespace that ends with it. */
export async function noImpairment(env: Env, uri: string): Promise<NoImpairment | null> {
  if (!isLocal(uri))
    return {
      summary: `The ${WHAT} are made on the host itself, and ${uri} is another machine`,
      hint: 'Run ven there, as root',
    };
  if (!mayChangeNetworks(capabilities()))
    return {
      summary: `The ${WHAT} need root on the host`,
      hint: 'Run ven as root (sudo)',
    };
  return (
    (await refusalOf(env, ['qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']))?.why ??
    null
  );
}

/** What libvirt puts on a tap with a rate: `virNetDevBandwidthSet` of its sources. */
export const OF_RATES: Readonly<Record<string, readonly string[]>> = {
  sch_htb: ['qdisc', 'add', 'dev', 'lo', 'root', 'htb'],
  sch_sfq: ['qdisc', 'add', 'dev', 'lo', 'root', 'sfq'],
  act_police: ['actions', 'add', 'action', 'police', 'rate', '1mbit', 'burst', '10k', 'drop'],
};

/** Whether it can be found out from here. */
export function knowsRates(uri: string): boolean {
  return isLocal(uri) && mayChangeNetworks(capabilities());
}

/** null: it can, or that can't be found out from here. */
export async function noRate(env: Env, uri: string): Promise<NoImpairment | null> {
  if (!knowsRates(uri)) return null;
  const tried = await Promise.all(
    Object.entries(OF_RATES).map(async ([module, args]) => {
      const refusal = await refusalOf(env, args);
      return refusal !== null && LACKS.test(refusal.words) ? [module] : [];
    }),
  );
  const missing = tried.flat();
  if (missing.length === 0) return null;
  return {
    summary: `The rate of links needs ${missing.join(' and ')}, not loaded in the host's kernel`,
    hint: `Load ${missing.length === 1 ? 'it' : 'them'}: sudo modprobe -a ${missing.join(' ')}`,
  };
}

/** Of `tc`, of a kernel that lacks a module, and can't load it. */
const LACKS = /qdisc kind is unknown|Failed to load TC action module/;

/** Tries it in a network namespace that ends with it. `words`: of `unshare` or `tc`. */
async function refusalOf(
  env: Env,
  args: readonly string[],
): Promise<{ words: string; why: NoImpairment } | null> {
  try {
    const tried = await run('unshare', ['--net', 'tc', ...args], {
      env,
      extraEnv: withSbin(env),
      timeoutSeconds: 20,
      accept: 'any',
    });
    if (tried.exitCode === 0) return null;
    return { words: tried.stderr, why: refusalBy(tried.stderr) };
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const summary = `The ${WHAT} can't be tried: ${error.summary}`;
    return { words: '', why: { summary, hint: error.hint ?? '' } };
  }
}

/** What stands against it, from the words of `unshare` or `tc`. */
export function refusalBy(words: string): NoImpairment {
  if (/qdisc kind is unknown/.test(words))
    return {
      summary: `The ${WHAT} need netem, not loaded in the host's kernel`,
      hint:
        'Load it: sudo modprobe sch_netem. If that finds none: Ubuntu has it in ' +
        'linux-modules-extra-$(uname -r), Fedora and RHEL in kernel-modules-extra, Debian in ' +
        'all but its cloud kernels',
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
