import { apply, wordsOf, type ApplyRequest, type ApplyResult } from '../operations/index.js';
import { exitCodeOfPlan, VenError, type Plan, type RunEvent, venCommand } from '../model/index.js';
import {
  evacuatedText,
  gatherFailures,
  planText,
  resultText,
  RUN_VIEWS,
  styleOf,
  type Progress,
} from '../view/index.js';
import { maskRemembered } from '../secrets/index.js';
import { secretAsker } from './ask-secret.js';
import { ask, consent, declined as notAgreed } from './consent.js';
import { watchInterruption } from './interruption.js';
import { stderr, stdout } from './output.js';
import { openAsked, openShown } from './views.js';
import { tellWaiting } from './waiting.js';

export interface CarryOut extends Pick<
  ApplyRequest,
  | 'file'
  | 'connect'
  | 'options'
  | 'savedPlan'
  | 'hostIsDead'
  | 'parallelism'
  | 'lockTimeoutSeconds'
  | 'purge'
  | 'session'
  | 'typed'
> {
  yes: boolean;
  /** The views that were asked for; standard output gets these only. */
  asked: readonly string[];
}

export interface CarriedOut {
  exitCode: number;
  /** As `apply` returns it. */
  lost: ApplyResult['lost'];
}

/**
 * What `apply` and `destroy` share: shows the plan, asks, runs it, shows the result. The plan and
 * the result go to standard output, progress and the question to standard error; with a view that
 * was asked for, standard output gets that view only. `run`: the operation.
 */
export async function carryOut(
  { yes, asked, ...request }: CarryOut,
  run: typeof apply = apply,
): Promise<CarriedOut> {
  const style = styleOf(process.stdout, process.env);
  const tell = asked.length > 0 ? stderr : stdout;
  const interruption = watchInterruption();
  const { timeIsUp } = request.session ?? {};
  const { hard } = interruption.interrupt;
  const graceful = timeIsUp
    ? AbortSignal.any([interruption.interrupt.graceful, timeIsUp])
    : interruption.interrupt.graceful;
  const { emit: gather, failures } = gatherFailures();
  const views: Progress[] = [];
  let running = false;
  const agreed = consent(yes);
  try {
    const { plan, result, declined, lost, logs, viewFault } = await run({
      ...request,
      env: process.env,
      askSecret: secretAsker(),
      consent: agreed,
      // Afterwards the steps' own lines tell what is at work.
      waiting: (what) => {
        if (!running) tellWaiting(what);
      },
      interrupt: { graceful, hard },
      emit: (event) => {
        if (event.type === 'run-started') {
          running = true;
          interruption.runStarted();
        }
        gather(event);
        for (const view of views) view.emit(event);
      },
      confirm: async (plan) => {
        tell(`${planText(plan, { style, file: request.file })}\n`);
        const yesSaid =
          agreed === 'given' || (await ask(questionOf(plan), graceful, plan.options.evacuate));
        if (graceful.aborted)
          throw new VenError('interrupted', { summary: 'Interrupted before anything was changed' });
        if (yesSaid) {
          views.push(...(await openAsked(RUN_VIEWS, asked, plan)));
          views.push(await openShown(RUN_VIEWS, asked, plan));
        }
        return yesSaid;
      },
    });
    for (const view of views) await view.close();
    if (logs === 'deleted') stderr('The logs and the work folder of the fleet are deleted.\n');
    if (logs === 'left')
      stderr(
        `Its logs stay. To delete them:\n  ${venCommand('destroy --purge', wordsOf(request))}\n`,
      );
    if (declined) throw notAgreed(plan.options.evacuate);
    if (result === null) {
      tell(planText(plan, { style, file: request.file }));
      views.push(...(await openAsked(RUN_VIEWS, asked, plan)));
      for (const event of nothingDone(plan)) for (const view of views) view.emit(event);
      return { exitCode: exitCodeOfPlan(plan), lost };
    }
    if (viewFault !== undefined)
      stderr(`Some events were not shown or logged: ${faultText(viewFault)}\n`);
    tell(resultText({ plan, result, failures }, style));
    const words = (...more: readonly string[]): string => wordsOf(request, ...more);
    tell(evacuatedText({ plan, result, words }, style));
    return { exitCode: result.exitCode, lost };
  } finally {
    for (const view of views) await view.close();
    interruption.end();
  }
}

function questionOf({ options: { mode, evacuate }, host }: Plan): string {
  const verb = mode === 'destroy' ? 'delete these from' : 'make these changes on';
  const wanted = `Do you want to ${verb} ${host}?`;
  if (evacuate === undefined) return wanted;
  return (
    `Is ${evacuate} dead? VMs that still run there will run twice, with one identity.\n` +
    `${wanted} Type the name of the dead host.`
  );
}

/** The text of an error that did not stop the run. */
export function faultText(fault: unknown): string {
  return maskRemembered(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
}

/**
 * A whole stream of events for a run that had nothing to do, so that readers of the stream need
 * no special case.
 */
function nothingDone(plan: Plan): RunEvent[] {
  const time = new Date().toISOString();
  const { mode: command } = plan.options;
  return [
    {
      type: 'run-started',
      formatVersion: '1',
      time,
      run: '',
      command,
      fleet: plan.fleet,
      host: plan.host,
      summary: plan.summary,
      steps: 0,
    },
    {
      type: 'run-finished',
      time,
      outcome: 'done',
      exitCode: exitCodeOfPlan(plan),
      done: [],
      failed: [],
      skipped: [],
      unfinished: [],
      notRecreated: [],
      refused: [],
      durationSeconds: 0,
    },
  ];
}
