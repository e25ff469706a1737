import type { Provisioned, Watch } from '../operations/index.js';
import type { ProvisionEvent } from '../model/index.js';
import {
  canRedraw,
  gatherNodes,
  jsonProgress,
  loadProvisionTerminal,
  styleOf,
  provisionLines,
  provisionText,
  type Progress,
} from '../view/index.js';
import { faultText } from './carry-out.js';
import { watchInterruption } from './interruption.js';
import { stderr, stdout } from './output.js';

export interface Onboard extends Omit<Watch, 'env' | 'emit' | 'interrupt'> {
  json: boolean;
  /** The command that goes on with the open nodes. Default: ven provision. */
  goOn?: string;
  run: (request: Watch) => Promise<Provisioned>;
}

/**
 * What `provision` and `apply --wait` share: watches the nodes, shows progress and the result.
 * Resolves to the exit code.
 */
export async function onboard({ json, goOn, run, ...request }: Onboard): Promise<number> {
  const interruption = watchInterruption();
  const { emit: gather, told } = gatherNodes();
  const views: Progress<ProvisionEvent>[] = [
    ...(json ? [jsonProgress(stdout)] : []),
    await progress(json),
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
    (json ? stderr : stdout)(
      provisionText(told, result, {
        style: styleOf(process.stdout, process.env),
        file: request.file,
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

/** Redraws in place on a capable terminal, unless the events go to that terminal too. */
async function progress(json: boolean): Promise<Progress<ProvisionEvent>> {
  const style = styleOf(process.stderr, process.env);
  const free = !(json && process.stdout.isTTY);
  return canRedraw(process.stderr, process.env) && free
    ? (await loadProvisionTerminal())(process.stderr, style)
    : provisionLines(stderr, style);
}
