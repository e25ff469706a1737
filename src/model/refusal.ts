import { EXIT, type ErrorCode } from './errors.js';
import type { Address } from './fleet.js';

/**
 * Something that was asked for, and that a plan leaves exactly as it is: it has no change and no
 * step. The rest of the fleet goes on.
 */
export interface Refusal {
  address: Address;
  /** The name of its host, in a fleet on several; absent: it is about none, or about two. */
  host?: string;
  /**
   * `foreign-object` · `protected` · `host-not-ready` · `provider-refused`; of a fleet on
   * several hosts also `no-room` · `on-two-hosts` · `wrong-host`; of a dependent, its cause's.
   */
  code: ErrorCode;
  /** One line: what stands against it. */
  summary: string;
  /** The objects, with the commands that show them. */
  detail?: string;
  /** What to do next. */
  hint: string;
  /** What it depends on, which is refused itself. Absent: it has an obstacle of its own. */
  because?: Address;
}

/** 7 when all that is missing is the host's to have, else 6; 0 when nothing is refused. */
export function exitCodeOfRefusals(refused: readonly Refusal[]): number {
  if (refused.length === 0) return EXIT.done;
  return refused.every(({ code }) => code === 'host-not-ready') ? EXIT.hostNotReady : EXIT.refused;
}

/** Refusals of which the same is to be said. */
export interface AlikeRefusals extends Omit<Refusal, 'address'> {
  addresses: Address[];
}

/** Those with an obstacle of their own first. */
export function alikeRefusals(refused: readonly Refusal[]): AlikeRefusals[] {
  const groups = Map.groupBy(refused, ({ address: _, ...said }) => JSON.stringify(said));
  const alike = [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ address: _, ...said }) => ({
      ...said,
      addresses: group.map(({ address }) => address),
    })),
  );
  const isCause = ({ because }: AlikeRefusals): boolean => because === undefined;
  return [...alike.filter(isCause), ...alike.filter((each) => !isCause(each))];
}

/** What a person can do about a VM that is on several hosts. */
export function deletionOf(address: string, on: readonly string[]): string {
  const ways = on.map((host) => `ven destroy --target ${address}@${host}`);
  return (
    'Nothing is done to either. See which one is right, and delete the other one, with its ' +
    `disks: ${ways.join(', or ')}.`
  );
}
