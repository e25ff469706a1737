/** Before VMs are made: that nothing is there yet, and where their pools are. */
import { isNvramVolume, VenError, type BringUp, type NewVolume } from '../../model/index.js';
import { poolFacts, safeVolume } from '../../libvirt/index.js';
import { parseXml } from '../../xml/index.js';
import { refreshPool } from '../libvirt/storage-acts.js';
import { NoAnswer, type Command, type Virsh, type VirshReply } from '../libvirt/virsh.js';
import { askEach, type Question } from './ask-each.js';

export interface Look {
  /** Why a VM can't be made. Absent: it can. */
  faults: Map<BringUp, VenError>;
  /** The folder of a pool by its name; null: the pool is none. */
  folders: Map<string, string | null>;
}

/**
 * libvirt knows the files of a pool as of its last scan. So each pool is scanned again first: a
 * file that a person has put there since is known before a mark lists its name. What a mark lists
 * is ven's to delete.
 */
export async function look(
  virsh: Virsh,
  machines: readonly BringUp[],
  signal: AbortSignal,
): Promise<Look> {
  const pools = [...new Set(machines.flatMap(({ volumes }) => volumes.map(({ pool }) => pool)))];
  const folders = new Map<string, string | null>();
  const faults = new Map<BringUp, VenError>();
  const poolFaults = new Map<string, VenError>();
  const busy: string[] = [];
  const ofPool = (pool: string): Question => ({
    commands: [
      ['pool-refresh', pool],
      ['pool-dumpxml', pool],
    ],
    hear: (answer) => {
      const [scan, description] = answer instanceof NoAnswer ? [] : answer;
      if (scan?.answer === 'busy') busy.push(pool);
      const fault = [scan, description].find((reply) => reply?.error && reply.answer !== 'busy');
      if (answer instanceof NoAnswer) poolFaults.set(pool, answer);
      else if (fault?.error) poolFaults.set(pool, fault.error);
      else folders.set(pool, poolFacts(parseXml(description?.text ?? '')).path);
    },
  });
  const ofMachine = (machine: BringUp): Question => ({
    commands: queries(machine),
    hear: (answer) => {
      const fault = answer instanceof NoAnswer ? answer : whyNotNew(machine, answer);
      if (fault !== null) faults.set(machine, fault);
    },
  });
  await askEach(virsh, [...pools.map(ofPool), ...machines.map(ofMachine)], signal);
  if (busy.length > 0) {
    for (const pool of busy) await refreshPool(virsh, pool);
    await askEach(virsh, machines.map(ofMachine), signal);
  }
  for (const machine of machines) {
    const fault = faultOfPools(machine, poolFaults, folders);
    if (fault !== null) faults.set(machine, fault);
  }
  return { faults, folders };
}

function faultOfPools(
  { domain, volumes }: BringUp,
  faults: ReadonlyMap<string, VenError>,
  folders: Look['folders'],
): VenError | null {
  for (const volume of volumes) {
    const fault = faults.get(volume.pool);
    if (fault) return fault;
    if (isNvramVolume(volume) && !folders.get(volume.pool))
      return new VenError('host-not-ready', {
        summary: `Pool ${volume.pool} is no folder, as the firmware's variables of ${domain} need`,
        hint: 'Name another pool in the fleet file: host.storagePool',
      });
  }
  return null;
}

/** Of these, each is to fail. */
function queries({ uuid, domain, volumes }: BringUp): Command[] {
  return [
    ['domname', uuid],
    ['domuuid', domain],
    ...volumes.map(({ pool, volume }) => ['vol-path', '--pool', pool, safeVolume(volume)]),
  ];
}

/**
 * Defining over an existing domain would change it, and an existing volume is not ven's to delete.
 */
function whyNotNew(machine: BringUp, replies: readonly VirshReply[]): VenError | null {
  for (const [index, { ok, answer, error }] of replies.entries()) {
    const volume = machine.volumes[index - 2];
    if (ok) return volume ? volumeExists(volume) : domainExists(machine);
    if (answer !== 'not-found') return error;
  }
  return null;
}

function domainExists({ domain }: BringUp): VenError {
  return new VenError('foreign-object', {
    summary: `domain ${domain} exists already`,
    hint:
      'It came since the plan was made. ' +
      'See what it is (virsh list --all), and run ven plan again',
  });
}

export function volumeExists({ pool, volume }: NewVolume, cause?: VenError | null): VenError {
  return new VenError('foreign-object', {
    summary: `volume ${volume} exists already in pool ${pool}`,
    detail: cause?.detail,
    hint:
      'It came since the plan was made, and was not touched. ' +
      `See what it is (virsh vol-info --pool ${pool} ${volume}), and run ven plan again`,
    cause,
  });
}
