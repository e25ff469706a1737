/**
 * Deletes domains. Those that are asked for at once share their virsh processes: a look, the acts,
 * and a look. Each domain's own order stays (off, volumes gone, then undefined), so that what is
 * left after an interruption is owned.
 */
import { isNvramVolume, VenError, type VolumeRef } from '../../model/index.js';
import { reattachNetworkOf, safeVolume, withFirstNvram } from '../../libvirt/index.js';
import { gathered, shares, type Call } from './gather.js';
import { refreshPool } from './storage-acts.js';
import { NoAnswer, type Command, type Virsh, type VirshReply } from './virsh.js';

interface Doomed {
  uuid: string;
  volumes: readonly VolumeRef[];
}

/** virsh processes that switch off: libvirt waits for one QEMU's end at a time in each. */
const AT_ONCE = 8;

/** See `Host.deleteDomain`. `persist`: defines a domain that exists only while it runs. */
export function domainDeletion(
  virsh: Virsh,
  persist: (uuid: string) => Promise<void>,
): (doomed: Doomed) => Promise<void> {
  return gathered(async (calls: readonly Call<Doomed, void>[]) => {
    const doomed = calls.map(({ item }) => item);
    const faults = await deleted(virsh, persist, doomed).catch(
      (error: unknown) => new Map(doomed.map((one) => [one, error])),
    );
    for (const { item, answer } of calls)
      if (faults.has(item)) answer.reject(faults.get(item));
      else answer.resolve();
  });
}

/** Those that could not be deleted, and why. @throws VenError what is wrong with all of them. */
async function deleted(
  virsh: Virsh,
  persist: (uuid: string) => Promise<void>,
  doomed: readonly Doomed[],
): Promise<Map<Doomed, unknown>> {
  // A domain without a definition exists only while it runs: its mark would be gone before the
  // volumes.
  const [transient = ''] = await virsh.must([['list', '--uuid', '--transient']]);
  const faults = new Map<Doomed, unknown>();
  const well = (): Doomed[] => doomed.filter((each) => !faults.has(each));
  const each = async (few: readonly Doomed[], act: (one: Doomed) => Promise<void>) => {
    await Promise.all(few.map((one) => act(one).catch((error: unknown) => faults.set(one, error))));
  };
  await each(
    well().filter(({ uuid }) => transient.split(/\s+/).includes(uuid)),
    ({ uuid }) => persist(uuid),
  );
  await Promise.all(
    shares(well(), AT_ONCE).map((share) =>
      empty(virsh, share, (one, error) => faults.set(one, error)),
    ),
  );
  await each(
    well().filter(({ volumes }) => volumes.some(isNvramVolume)),
    ({ uuid }) => nameFirstNvram(virsh, uuid),
  );
  // In a process of its own, since virsh goes on after a failure: a domain whose disk still
  // exists must keep ven's mark.
  const last = well();
  if (last.length > 0) {
    const replies = await virsh.ask([
      ...last.map(({ uuid }) => undefining(uuid)),
      ['list', '--all', '--uuid'],
    ]);
    const left = new Set(replies.at(-1)?.text.split(/\s+/));
    last.forEach((one, index) => {
      const reply = replies[index];
      if (reply?.error && reply.answer !== 'not-found') faults.set(one, reply.error);
      else if (left.has(one.uuid)) faults.set(one, stillThere(one.uuid));
    });
  }
  return faults;
}

/** Powers off, and deletes the volumes. A VM that libvirt is silent about fails alone. */
async function empty(
  virsh: Virsh,
  share: readonly Doomed[],
  failed: (one: Doomed, error: unknown) => void,
): Promise<void> {
  const commands = share.map(({ uuid, volumes }) => [
    ['destroy', uuid],
    ['net-destroy', reattachNetworkOf(uuid).uuid],
    ...volumes.map(deletion),
  ]);
  let replies: VirshReply[];
  try {
    replies = await virsh.ask(commands.flat());
  } catch (error) {
    if (!(error instanceof NoAnswer) || share.length === 1) {
      for (const one of share) failed(one, error);
      return;
    }
    await Promise.all(share.map((one) => empty(virsh, [one], failed)));
    return;
  }
  let at = 0;
  for (const [index, one] of share.entries()) {
    const count = commands[index]?.length ?? 0;
    const own = replies.slice(at, at + count);
    at += count;
    try {
      await emptied(virsh, one, own);
    } catch (error) {
      failed(one, error);
    }
  }
}

/** Looks at what libvirt said of one VM's power, temporary network and volumes. */
async function emptied(
  virsh: Virsh,
  { volumes }: Doomed,
  replies: readonly VirshReply[],
): Promise<void> {
  const ofVolumes = replies.slice(replies.length - volumes.length);
  for (const reply of replies) {
    // A stopped domain is off; but a volume in an inactive pool still exists.
    const isOff = reply.answer === 'inactive' && !ofVolumes.includes(reply);
    if (reply.error !== null && reply.answer !== 'not-found' && !isOff) throw reply.error;
  }
  // Deleted; or put back by hand, and not in libvirt's list yet.
  const missed = volumes.filter((_, index) => ofVolumes[index]?.answer === 'not-found');
  for (const pool of new Set(missed.map((ref) => ref.pool)))
    await refreshPool(virsh, pool, ['not-found']);
  if (missed.length > 0) await virsh.must(missed.map(deletion), ['not-found']);
}

function deletion({ pool, volume }: VolumeRef): Command {
  return ['vol-delete', '--pool', pool, safeVolume(volume)];
}

function undefining(uuid: string): Command {
  return [
    'undefine',
    uuid,
    '--nvram',
    '--managed-save',
    '--snapshots-metadata',
    '--checkpoints-metadata',
  ];
}

/**
 * Makes undefining delete the firmware variables that libvirt created before ven created others.
 */
async function nameFirstNvram(virsh: Virsh, uuid: string): Promise<void> {
  const [xml = ''] = await virsh.must(
    [['dumpxml', uuid, '--inactive', '--security-info']],
    ['not-found'],
  );
  const first = xml === '' ? null : withFirstNvram(xml);
  if (first !== null) await virsh.must([['define', { file: first }]]);
}

function stillThere(uuid: string): VenError {
  return new VenError('tool-failed', {
    summary: `The domain ${uuid} was deleted, and is there again`,
    hint: 'Somebody else defines it. See what does, and run it again',
  });
}
