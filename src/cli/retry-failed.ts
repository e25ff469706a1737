import { wordsOf, type Session, type Watch } from '../operations/index.js';
import { EXIT, type FailureClass, type ProvisionEvent, venCommand } from '../model/index.js';
import { PROVISION_VIEWS } from '../view/index.js';
import type { CarryOut } from './carry-out.js';
import { planOptions } from './command.js';
import { applyAndOnboard, PARTS } from './apply-and-onboard.js';
import { stderr } from './output.js';
import { openAsked } from './views.js';

type Limits = Pick<Watch, 'maxConcurrent' | 'staggerSeconds'>;

/** Recreates the VMs whose nodes failed, and onboards them. Resolves to the exit code. */
export async function retryFailed(
  session: Session,
  classes: readonly FailureClass[],
  make: Omit<CarryOut, 'options'>,
  limits: Limits,
  parts = PARTS,
): Promise<number> {
  const failed = session.failed(classes);
  const { file, connect, asked } = make;
  const words = wordsOf({ file, connect });
  if (failed.length === 0) {
    stderr(
      `No node has failed${classes.length > 0 ? ' for this reason' : ''}: there is nothing to ` +
        `recreate. To go on with the other nodes: ${venCommand('provision', words)}\n`,
    );
    session.about([]);
    const views = await openAsked(PROVISION_VIEWS, asked, null);
    const emit = (event: ProvisionEvent): void => {
      for (const view of views) view.emit(event);
    };
    const never = new AbortController().signal;
    await parts.provisionCreated(
      session,
      {
        ...limits,
        file,
        connect,
        env: process.env,
        emit,
        interrupt: { graceful: never, hard: never },
      },
      new Map(),
    );
    return EXIT.done;
  }
  const target = failed.map(({ address }) => address);
  // A VM that is deleted already is created by any apply.
  const replace = failed.filter(({ isDeleted }) => !isDeleted).map(({ address }) => address);
  const again = venCommand('provision', words, '--retry-failed');
  const goOn = `${venCommand('provision', words)}; ${again}`;
  return applyAndOnboard(
    session,
    { ...make, options: planOptions('apply', { target, replace }) },
    { ...limits, again, goOn },
    parts,
  );
}
