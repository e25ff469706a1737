import type { Session, Watch } from '../operations/index.js';
import { EXIT, type FailureClass } from '../model/index.js';
import { jsonProgress } from '../view/index.js';
import type { CarryOut } from './carry-out.js';
import { planOptions } from './command.js';
import { makeAndOnboard, PARTS } from './make-and-onboard.js';
import { stderr, stdout } from './output.js';

type Limits = Pick<Watch, 'maxConcurrent' | 'staggerSeconds'>;

/** Makes the VMs anew whose nodes failed, and onboards them. Resolves to the exit code. */
export async function retryFailed(
  session: Session,
  classes: readonly FailureClass[],
  make: Omit<CarryOut, 'options'>,
  limits: Limits,
  parts = PARTS,
): Promise<number> {
  const failed = session.failed(classes);
  const { file, json } = make;
  if (failed.length === 0) {
    stderr(
      `No node has failed${classes.length > 0 ? ' so' : ''}: there is nothing to make ` +
        `anew. Nodes that are on their way: ven provision ${file}\n`,
    );
    session.about([]);
    const emit = json ? jsonProgress(stdout).emit : () => undefined;
    const never = new AbortController().signal;
    await parts.provisionMade(
      session,
      { ...limits, file, env: process.env, emit, interrupt: { graceful: never, hard: never } },
      new Map(),
    );
    return EXIT.done;
  }
  const target = failed.map(({ address }) => address);
  // What was taken away already is made by any apply.
  const replace = failed.filter(({ madeAnew }) => !madeAnew).map(({ address }) => address);
  const again = `ven provision ${file} --retry-failed`;
  const goOn = `ven provision ${file}; ${again}`;
  return makeAndOnboard(
    session,
    { ...make, options: planOptions('apply', { target, replace }) },
    { ...limits, again, goOn },
    parts,
  );
}
