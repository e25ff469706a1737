import { provisionMade, type Session } from '../operations/index.js';
import { EXIT, VenError } from '../model/index.js';
import { carryOut, type CarriedOut, type CarryOut } from './carry-out.js';
import { onboard, type Onboard } from './onboard.js';

export interface MakeAndOnboard extends Omit<Onboard, 'run' | 'file' | 'json'> {
  /** The command that goes on with what could not be made. */
  again: string;
}

/** What it is composed of. */
export interface MakeAndOnboardParts {
  carryOut: (make: CarryOut) => Promise<CarriedOut>;
  onboard: typeof onboard;
  provisionMade: typeof provisionMade;
}

export const PARTS: MakeAndOnboardParts = { carryOut, onboard, provisionMade };

/**
 * What `apply --wait` and `provision --retry-failed` share: makes VMs, which stay off, then
 * onboards those that stand. Nobody else watches the fleet's nodes meanwhile, or the run is refused
 * before it has taken anything away. Resolves to the exit code.
 */
export async function makeAndOnboard(
  session: Session,
  make: CarryOut,
  { again, ...watch }: MakeAndOnboard,
  parts = PARTS,
): Promise<number> {
  const { file, json } = make;
  const { exitCode, lost } = await made(
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
    json,
    run: (request) => parts.provisionMade(session, request, why),
  });
  // Where the time was up, and every node is ready: what the plan would have done besides is left.
  return watched || (exitCode === EXIT.interrupted ? EXIT.someVmsFailed : exitCode);
}

/** Where the time was up before anything was changed, nothing was made. */
async function made(
  session: Session,
  make: CarryOut,
  { carryOut }: Pick<MakeAndOnboardParts, 'carryOut'>,
): Promise<CarriedOut> {
  try {
    return await carryOut(make);
  } catch (error) {
    if (!session.isOver || !(error instanceof VenError) || error.code !== 'interrupted')
      throw error;
    return { exitCode: error.exitCode, lost: new Map() };
  }
}
