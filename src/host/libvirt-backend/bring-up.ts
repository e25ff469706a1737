/**
 * Brings VMs up with virsh: each phase in one process for all VMs that are well so far; disks and
 * starts, which take their time, in some. The order is that of the Vagrantfile, for the same
 * reasons: a VM is ven's from its first moment, and so are its volumes. (decisions 2 and 61)
 */
import { isNvramVolume, VenError, type BringUp, type NewVolume } from '../../model/index.js';
import { safeVolume, volumesByPath } from '../../libvirt/index.js';
import type { BringUpAct } from '../bring-ups/share.js';
import { shares } from '../libvirt/gather.js';
import { limiter } from '../libvirt/limiter.js';
import { NoAnswer, type Command, type Virsh, type VirshReply } from '../libvirt/virsh.js';
import type { AfterStart } from '../links/links.js';
import { askEach } from './ask-each.js';
import { look, volumeExists } from './look.js';
import { Starts } from './starts.js';

export interface BringUpOptions {
  virsh: Virsh;
  /** For a VM that was just started. */
  hasStarted: AfterStart;
  /** How many virsh processes may do the same at once. */
  atOnce: { disks: number; starts: number };
}

interface Phase {
  commandsOf: (machine: BringUp) => readonly Command[];
  /** Told at once of each VM that goes on. */
  well?: (machine: BringUp) => void;
  /** The same of each that does not. Default: it has failed. */
  lost?: (machine: BringUp, error: VenError, replies: readonly VirshReply[]) => void;
}

export function bringUpAct({ virsh, hasStarted, atOnce }: BringUpOptions): BringUpAct {
  const inTurn = limiter(atOnce.starts);

  return async (batch, onOutput, onSettled, signal, onStarted) => {
    /** Those whose start is still to come. */
    const toStart = new Set(batch.filter(({ start }) => start));
    const fail = (machine: BringUp, error: VenError): void => {
      toStart.delete(machine);
      onSettled({ name: machine.name, ok: false, error });
    };
    /** What goes on beside the phases. */
    const beside: Promise<void>[] = [];
    const apart = (machine: BringUp, work: () => Promise<void>): void => {
      const settled = work().catch((error: unknown) => {
        if (!(error instanceof VenError)) throw error;
        fail(machine, error);
      });
      settled.catch(() => undefined);
      beside.push(settled);
    };

    /** Gives those that go on. */
    const phase = async (
      machines: readonly BringUp[],
      { commandsOf, well = () => undefined, lost = fail }: Phase,
    ): Promise<BringUp[]> => {
      const out = new Set<BringUp>();
      const hear = (machine: BringUp, answer: VirshReply[] | NoAnswer): void => {
        const replies = answer instanceof NoAnswer ? [] : answer;
        const error =
          answer instanceof NoAnswer ? answer : replies.find((reply) => reply.error)?.error;
        if (!error) {
          well(machine);
          return;
        }
        out.add(machine);
        lost(machine, error, replies);
      };
      const questions = machines.map((machine) => ({
        commands: commandsOf(machine),
        hear: (answer: VirshReply[] | NoAnswer) => {
          hear(machine, answer);
        },
      }));
      await inTurn(() => askEach(virsh, questions, signal));
      return machines.filter((machine) => !out.has(machine));
    };

    const { faults, folders } = await inTurn(() => look(virsh, batch, signal));
    for (const [machine, fault] of faults) fail(machine, fault);
    const definition = ({ domainXml }: BringUp): Command => {
      const xml = volumesByPath(domainXml, (pool) => folders.get(pool) ?? null);
      return ['define', { file: xml }];
    };
    const absent = batch.filter((machine) => !faults.has(machine));
    for (const { name } of absent) onStarted(name);
    const defined = await phase(absent, { commandsOf: (machine) => [definition(machine)] });
    const fresh = await phase(defined, {
      commandsOf: (machine) =>
        hasStateOfItsOwn(machine) ? [undefinition(machine), definition(machine)] : [],
      well: ({ name }) => {
        onOutput(name, 'defined');
      },
    });

    const isUp = (machine: BringUp): void => {
      toStart.delete(machine);
      const more = toStart.size > 0;
      apart(machine, async () => {
        onOutput(machine.name, 'started');
        await hasStarted(machine.uuid, machine.domainXml, { more });
        onOutput(machine.name, 'up');
        onSettled({ name: machine.name, ok: true });
      });
    };
    const starts = new Starts(atOnce.starts, (share) =>
      phase(share, { commandsOf: ({ uuid }) => [['start', uuid]], well: isUp }),
    );
    const hasDisks = (machine: BringUp): void => {
      onOutput(machine.name, 'disks');
      if (machine.start) starts.add(machine);
      else onSettled({ name: machine.name, ok: true });
    };
    const inLanes = shares(fresh, atOnce.disks).map(async (lane) => {
      const toFill = new Set(lane.filter(hasContent));
      const created = await phase(lane, {
        commandsOf: ({ volumes }) => volumes.map(creation),
        well: (machine) => {
          if (!toFill.has(machine)) hasDisks(machine);
        },
        lost: (machine, error, replies) => {
          const taken = machine.volumes.find((_, at) => replies[at]?.answer === 'exists');
          apart(machine, async () => {
            if (taken === undefined) throw error;
            await takeBack(virsh, machine, replies);
            throw volumeExists(taken, error);
          });
        },
      });
      await phase(
        created.filter((machine) => toFill.has(machine)),
        { commandsOf: ({ volumes }) => volumes.flatMap(content), well: hasDisks },
      );
    });
    await Promise.all(inLanes);
    await starts.idle();
    await Promise.all(beside);
  };
}

/** Firmware variables, or a TPM's state, in libvirt's own folders. */
function hasStateOfItsOwn({ domainXml }: BringUp): boolean {
  return /<(nvram|tpm)\b/.test(domainXml);
}

/**
 * An earlier VM with this UUID, so of the same fleet and name, may have left such state, which may
 * be broken. libvirt takes it for the new VM's, and deletes it when a VM is undefined; on another
 * machine there is no other way to it. Variables that are a volume are in no such place.
 */
function undefinition({ uuid, volumes }: BringUp): Command {
  return ['undefine', uuid, volumes.some(isNvramVolume) ? '--keep-nvram' : '--nvram'];
}

function creation({ pool, volume, xml }: NewVolume): Command {
  safeVolume(volume);
  return ['vol-create', pool, { file: xml }];
}

function hasContent({ volumes }: BringUp): boolean {
  return volumes.some((volume) => volume.content !== undefined);
}

function content({ pool, volume, content }: NewVolume): Command[] {
  return content ? [['vol-upload', '--pool', pool, safeVolume(volume), { file: content }]] : [];
}

/**
 * A file that appeared after the scan stays its owner's. The mark, which lists its name, is deleted
 * again, and before it everything that was created for this VM. `replies`: to the creations.
 */
async function takeBack(
  virsh: Virsh,
  { uuid, volumes }: BringUp,
  replies: readonly VirshReply[],
): Promise<void> {
  const made = volumes.filter((_, at) => replies[at]?.ok);
  await virsh.must(made.map(({ pool, volume }) => ['vol-delete', '--pool', pool, volume]));
  await virsh.must([['undefine', uuid, '--keep-nvram']]);
}
