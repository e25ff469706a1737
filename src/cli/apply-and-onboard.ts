import { provisionCreated, type Session } from '../operations/index.js';
import { EXIT, VenError } from '../model/index.js';
import { carryOut, type CarriedOut, type CarryOut } from './carry-out.js';
import { onboard, type Onboard } from './onboard.js';

export interface ApplyAndOnboard extends Omit<Onboard, 'run' | 'file' | 'connect' | 'asked'> {
  /** The command that tries the VMs again that could not be created. */
  again: string;
}

/** The functions that it is composed of; tests hand in others. */
export interface ApplyAndOnboardParts {
  carryOut: (make: CarryOut) => Promise<CarriedOut>;
  onboard: typeof onboard;
  provisionCreated: typeof provisionCreated;
}

export const PARTS: ApplyAndOnboardParts = { carryOut, onboard, provisionCreated };

/**
 * What `apply --wait` and `provision --retry-failed` share: creates VMs, which stay off, then
 * onboards those that exist. The session's lock keeps other runs from watching the fleet's nodes
 * meanwhile. Resolves to the exit code.
 */
export async function applyAndOnboard(
  session: Session,
  make: CarryOut,
  { again, ...watch }: ApplyAndOnboard,
  parts = PARTS,
): Promise<number> {
  const { file, connect, asked } = make;
  const { exitCode, lost } = await applied(
    session,
    { ...make, options: { ...make.options, leaveOff: true }, session },
    parts,
  );
  const why = new Map(
    [...lost].map(([address, { summary, hint }]) => [
      address,
      { message: summary, hint: [hint, `Try it again with: ${again}`].filter(Boolean).join('\n') },
    ]),
  );
  if (exitCode === EXIT.interrupted && !session.isOver) {
    session.lose(why);
    return exitCode;
  }
  const watched = await parts.onboard({
    ...watch,
    file,
    connect,
    asked,
    run: (request) => parts.provisionCreated(session, request, why),
  });
  // The time was up and every node is ready, but other steps of the plan are still to do.
  return watched || (exitCode === EXIT.interrupted ? EXIT.someVmsFailed : exitCode);
}

/** When the time is up before anything was changed, no VM is created or lost. */
async function applied(
  session: Session,
  make: CarryOut,
  { carryOut }: Pick<ApplyAndOnboardParts, 'carryOut'>,
): Promise<CarriedOut> {
  try {
    return await carryOut(make);
  } catch (error) {
    if (!session.isOver || !(error instanceof VenError) || error.code !== 'interrupted')
      throw error;
    return { exitCode: error.exitCode, lost: new Map() };
  }
}
