/** What each of virsh's commands is about, whether it only reads, and how long it may take. */

/** The kind of thing that an act is about. `host`: libvirt's daemon, or the machine. */
export type ActKind = 'connection' | 'host' | 'domain' | 'network' | 'pool' | 'volume';

/** Something that was asked of libvirt. */
export interface Act {
  kind: ActKind;
  /** virsh's command (`net-start`), `up` of vagrant, `connect`, `console`. */
  verb: string;
  /**
   * The object's UUID or name; a volume as `pool/volume`, one that is being created by its pool;
   * the URI of a connection; null: it is about many, or none.
   */
  object: string | null;
}

/** Commands that change nothing: they may be ended at any moment. */
const READS = new Set([
  'list',
  'dumpxml',
  'domstate',
  'domid',
  'domuuid',
  'vcpuinfo',
  'domifaddr',
  'domstats',
  'domcontrol',
  'domname',
  'domblkerror',
  'iothreadinfo',
  'managedsave-dumpxml',
  'net-list',
  'net-dumpxml',
  'net-info',
  'pool-list',
  'pool-dumpxml',
  'pool-info',
  'pool-uuid',
  'vol-list',
  'vol-path',
  'vol-dumpxml',
  'vol-download',
  'version',
  'domcapabilities',
  'nodeinfo',
  'nodememstats',
  'iface-dumpxml',
  'event',
  'echo',
]);

/** Commands about the whole host, and without an object. */
const OF_HOST = new Set([
  'list',
  'net-list',
  'pool-list',
  'version',
  'domcapabilities',
  'nodeinfo',
  'nodememstats',
  'iface-dumpxml',
  'event',
  'echo',
]);

/**
 * Seconds until the answer of one command. libvirt itself waits 30 s for a domain whose QEMU is
 * busy, and then says so: an act on a domain waits longer than that. What is about pools waits for
 * one that is being refreshed, and a refresh reads the head of every file.
 */
const READ_SECONDS = 30;
const ACT_SECONDS = 60;
const SECONDS: Readonly<Record<string, number>> = {
  // libvirt tries out each QEMU that it does not know yet.
  domcapabilities: 60,
  define: 120,
  create: 120,
  start: 180,
  // SIGTERM, SIGKILL, and disks that are slow to flush.
  destroy: 120,
  'pool-build': 120,
  'pool-start': 120,
  'pool-refresh': 600,
  'pool-list': 150,
  'pool-dumpxml': 150,
  'vol-list': 300,
  'vol-dumpxml': 150,
  'vol-create': 180,
  'vol-delete': 120,
  'vol-resize': 120,
  'vol-download': 300,
  // An image for a virtual drive may have gigabytes.
  'vol-upload': 600,
};

/** Over a network, until the connection is there; ssh's own limit (ssh.ts) is shorter. */
export const CONNECT_SECONDS = 10;

/** What a command of virsh is about. `words`: with text in place of files. */
export function actOf([verb = '', ...rest]: readonly string[]): Act {
  const kind = kindOf(verb);
  const poolAt = rest.indexOf('--pool');
  const [pool, named] =
    poolAt < 0
      ? [undefined, rest]
      : [rest[poolAt + 1], [...rest.slice(0, poolAt), ...rest.slice(poolAt + 2)]];
  const name = kind === 'host' ? undefined : named.find((word) => !word.startsWith('-'));
  const object = pool === undefined ? name : `${pool}/${name ?? ''}`;
  return { kind, verb, object: object ?? null };
}

function kindOf(verb: string): ActKind {
  if (OF_HOST.has(verb)) return 'host';
  if (verb.startsWith('net-')) return 'network';
  if (verb === 'vol-list' || verb.startsWith('pool-')) return 'pool';
  return verb.startsWith('vol-') ? 'volume' : 'domain';
}

export function onlyReads({ verb }: Act): boolean {
  return READS.has(verb);
}

/** How long the answer may take, in seconds. */
export function limitOf(act: Act): number {
  return SECONDS[act.verb] ?? (onlyReads(act) ? READ_SECONDS : ACT_SECONDS);
}
