/**
 * What the kernel does to the packets of a tap, asked and told with `tc`. Towards the VM only: what
 * a host sends through a tap is what the VM receives.
 *
 * libvirt puts a limit of what a VM receives on the same tap, as the class 1:1 of an htb queue
 * (`virNetDevBandwidthSet`). There netem is the queue of that class, in place of libvirt's sfq.
 */
import {
  impairmentOf,
  isImpaired,
  isSameImpairment,
  NO_IMPAIRMENT,
  VenError,
  type Impairment,
} from '../../model/index.js';
import { run, type Env, type Ran } from '../exec.js';

const TIMEOUT_SECONDS = 20;
const LIBVIRTS_CLASS = '1:1';
/** As libvirt makes it. */
const LIBVIRTS_QUEUE = ['sfq', 'perturb', '10'];

/** One of `tc -j qdisc show`: delays in seconds, shares from 0 to 1. */
interface Qdisc {
  kind: string;
  dev: string;
  root?: boolean;
  parent?: string;
  options?: {
    delay?: { delay?: number; jitter?: number };
    'loss-random'?: { loss?: number };
    duplicate?: { duplicate?: number };
    corrupt?: { corrupt?: number };
  };
}

export interface OnTap {
  /** libvirt limits what the VM receives. */
  limited: boolean;
  impairment: Impairment;
}

/** By tap, of all that are in this network namespace. @throws VenError as `run` */
export async function readTaps(env: Env): Promise<Map<string, OnTap>> {
  return tapsIn((await tc(env, ['-j', 'qdisc', 'show'])).stdout);
}

/** The same from what tc says, all other devices among them. */
export function tapsIn(json: string): Map<string, OnTap> {
  const byDevice = Map.groupBy(qdiscsIn(json), ({ dev }) => dev);
  return new Map([...byDevice].map(([dev, qdiscs]) => [dev, onTap(qdiscs)]));
}

/**
 * Makes it so. Does nothing where it is so already, nor for a good link where `tc` can't be asked:
 * there nobody has made it bad with `tc`. @throws VenError as `run`
 */
export async function impair(env: Env, tap: string, wanted: Impairment): Promise<void> {
  const now = await readTap(env, tap).catch((error: unknown) => {
    const isSkipped = error instanceof VenError && error.code !== 'interrupted';
    if (isSkipped && !isImpaired(wanted)) return null;
    throw error;
  });
  if (now === null || isSameImpairment(now.impairment, wanted)) return;
  await tc(env, ['qdisc', ...changeOf(tap, now.limited, impairmentOf(wanted))]);
}

async function readTap(env: Env, tap: string): Promise<OnTap> {
  return onTap(qdiscsIn((await tc(env, ['-j', 'qdisc', 'show', 'dev', tap])).stdout));
}

/** The words after `tc qdisc`. All parts are named: what is left out would stay as it was. */
export function changeOf(tap: string, limited: boolean, wanted: Impairment): string[] {
  const place = ['dev', tap, ...(limited ? ['parent', LIBVIRTS_CLASS] : ['root'])];
  if (!isImpaired(wanted))
    return limited ? ['replace', ...place, ...LIBVIRTS_QUEUE] : ['del', ...place];
  const { latency, jitter, loss, duplicate, corrupt } = wanted;
  return [
    ...['replace', ...place, 'netem', 'limit', String(packetsFor(wanted))],
    ...['delay', `${latency}ms`, `${jitter}ms`, 'loss', `${loss}%`],
    ...['duplicate', `${duplicate}%`, 'corrupt', `${corrupt}%`],
  ];
}

/**
 * What one NIC may hold: a waiting packet takes about 2 KiB of the host's memory, so some 400 MiB.
 */
const MOST_PACKETS = 200_000;

/** netem drops what it can't hold: as much as 10 Gbit/s bring while a packet waits. */
function packetsFor({ latency, jitter }: Impairment): number {
  const perMillisecond = 10_000_000 / (1500 * 8);
  return Math.min(MOST_PACKETS, 1000 + Math.ceil((latency + jitter) * perMillisecond));
}

function qdiscsIn(json: string): Qdisc[] {
  try {
    return JSON.parse(json === '' ? '[]' : json) as Qdisc[];
  } catch (error) {
    throw new VenError('tool-failed', {
      summary: "tc's answer can't be read",
      detail: json.slice(0, 300),
      hint: 'See what it prints: tc -j qdisc show',
      cause: error,
    });
  }
}

function onTap(qdiscs: readonly Qdisc[]): OnTap {
  const netem = qdiscs.find(({ kind }) => kind === 'netem');
  return {
    limited: qdiscs.some(({ kind, root }) => kind === 'htb' && root === true),
    impairment: netem === undefined ? NO_IMPAIRMENT : impairmentBy(netem),
  };
}

function impairmentBy({ options = {} }: Qdisc): Impairment {
  const milliseconds = (seconds = 0): number => Math.round(seconds * 1e3);
  // The kernel counts shares in 2^32nds.
  const percent = (share = 0): number => Math.round(share * 1e5) / 1e3;
  return {
    latency: milliseconds(options.delay?.delay),
    jitter: milliseconds(options.delay?.jitter),
    loss: percent(options['loss-random']?.loss),
    duplicate: percent(options.duplicate?.duplicate),
    corrupt: percent(options.corrupt?.corrupt),
  };
}

/** Who is not root has no folder for it in PATH. */
export function withSbin(env: Env): Record<string, string> {
  return { PATH: `${env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin` };
}

function tc(env: Env, args: readonly string[]): Promise<Ran> {
  return run('tc', args, { env, extraEnv: withSbin(env), timeoutSeconds: TIMEOUT_SECONDS });
}
