import { wordsOf, type Provisioned, type Watch } from '../operations/index.js';
import { gatherNodes, PROVISION_VIEWS, provisionText, styleOf } from '../view/index.js';
import { faultText } from './carry-out.js';
import { watchInterruption } from './interruption.js';
import { stderr, stdout } from './output.js';
import { openAsked, openShown } from './views.js';

export interface Onboard extends Omit<Watch, 'env' | 'emit' | 'interrupt'> {
  /** The views that were asked for; standard output gets these only. */
  asked: readonly string[];
  /** The command that goes on with the open nodes. Default: ven provision. */
  goOn?: string;
  run: (request: Watch) => Promise<Provisioned>;
}

/**
 * What `provision` and `apply --wait` share: watches the nodes, shows progress and the result.
 * Resolves to the exit code.
 */
export async function onboard({ asked, goOn, run, ...request }: Onboard): Promise<number> {
  const interruption = watchInterruption();
  const { emit: gather, told } = gatherNodes();
  const views = [
    ...(await openAsked(PROVISION_VIEWS, asked, null)),
    await openShown(PROVISION_VIEWS, asked, null),
  ];
  try {
    const { result, viewFault } = await run({
      ...request,
      env: process.env,
      interrupt: interruption.interrupt,
      emit: (event) => {
        if (event.type === 'provision-started') interruption.runStarted();
        gather(event);
        for (const view of views) view.emit(event);
      },
    });
    for (const view of views) await view.close();
    (asked.length > 0 ? stderr : stdout)(
      provisionText(told, result, {
        style: styleOf(process.stdout, process.env),
        words: wordsOf(request),
        goOn,
      }),
    );
    if (viewFault !== undefined)
      stderr(`Some events were not shown or logged: ${faultText(viewFault)}\n`);
    return result.exitCode;
  } finally {
    for (const view of views) await view.close();
    interruption.end();
  }
}
