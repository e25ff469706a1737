import { loadRunPlan } from '../apply/index.js';
import { createRender } from '../libvirt/index.js';
import {
  EXIT,
  type Address,
  type Emit,
  type EventError,
  type Plan,
  type PlanOptions,
  type Refusal,
  type ResolvedFleet,
  type RunEvent,
  type RunResult,
  type SeenProvider,
} from '../model/index.js';
import { checkSomethingIsLeft, matcher } from '../plan/index.js';
import type { AskSecret } from './provision/credentials.js';
import { needsConsent, type Consent } from './consent.js';
import { openHostPlace } from './engines/host-place.js';
import type { OpenPlace, Seen } from './engines/place.js';
import { checkEvacuation } from './hosts/evacuation.js';
import { loadOnHosts, secretReader, type Request } from './load.js';
import { OneClient } from './provision/one-client.js';
import { checkIsForHost, checkStillFits, readSavedPlan } from './plan.js';
import { readProvider } from './orchestrator/provider.js';
import { orchestratorFor } from './orchestrator/registration.js';
import type { Session } from './provision/session.js';

/** Programs at the same time, where nobody says how many. */
const AT_ONCE = 16;

/** Two signals: the first Ctrl-C and the second mean different things. */
export interface Interrupt {
  /** Start nothing new; let running steps finish. */
  graceful: AbortSignal;
  /** Stop the children too. */
  hard: AbortSignal;
}

export interface ApplyRequest extends Request, Consent {
  /** Mode `destroy` deletes the fleet. `savedPlan` has its own; only the mode must be the same. */
  options: PlanOptions;
  /** A file from `plan --out`, or the plan itself: refused when it no longer fits. */
  savedPlan?: string | Plan | undefined;
  /** Said by who evacuates a host: its VMs do not run any more. */
  hostIsDead?: boolean | undefined;
  /** The most programs at the same time. Default: 16, of vagrant one per core. */
  parallelism?: number | undefined;
  /** How long to wait for another run to end; 0: not at all. */
  lockTimeoutSeconds: number;
  /** Destroy: also delete the logs. */
  purge?: boolean | undefined;
  /** Asks for the orchestrator's credentials; absent: there is no terminal to ask on. */
  askSecret?: AskSecret | null;
  /** Shows the plan and resolves to whether to go on. Not called for an empty plan. */
  confirm: (plan: Plan) => Promise<boolean>;
  emit: Emit;
  interrupt: Interrupt;
  /** The session of a run that onboards the nodes afterwards; absent: it ends with the VMs. */
  session?: Session;
}

/** `result` is null for an empty plan, or when the user said no (`declined`). */
export interface ApplyResult {
  fleet: ResolvedFleet;
  plan: Plan;
  result: RunResult | null;
  declined: boolean;
  /** Of a complete destroy: what became of the logs and the work folder. */
  logs?: 'deleted' | 'left';
  /**
   * The first failure of each VM that did not get what was wanted, or why it is refused;
   * interruptions do not count.
   */
  lost: ReadonlyMap<Address, EventError>;
  /**
   * The first error of `emit` or the journal, which does not stop a run. Absent: none.
   */
  viewFault?: unknown;
}

/**
 * Makes the host match the fleet file, or destroys the fleet: plan, consent, run. Holds the
 * fleet's lock throughout.
 */
export async function apply(
  request: ApplyRequest,
  openPlace: OpenPlace = openHostPlace,
): Promise<ApplyResult> {
  // Destroying a fleet needs none of its secrets.
  const readSecret = request.options.mode === 'apply' ? secretReader(request) : undefined;
  const fleet = loadOnHosts(request, readSecret);
  const { leaveOff, mode } = request.options;
  const saved = request.savedPlan === undefined ? null : readSavedPlan(request.savedPlan, mode);
  const there = await openPlace(fleet, request, readSecret);
  if (saved !== null) checkIsForHost(saved, there);
  const options = saved
    ? { ...saved.options, ...(leaveOff === undefined ? {} : { leaveOff }) }
    : request.options;
  checkEvacuation(fleet, options, request.hostIsDead ?? false);
  const { session } = request;
  session?.about(askedVms(fleet, options));
  if (request.consent === 'impossible') throw needsConsent(request, options);

  const lock = await there.lock({
    waitSeconds: request.lockTimeoutSeconds,
    command: options.mode,
    signal: request.interrupt.graceful,
  });
  const client = session?.client ?? new OneClient();
  const { lost, note, noteRefused } = losses();
  try {
    const { place } = lock;
    await place.endLeftovers();
    const { graceful } = request.interrupt;
    const { askSecret = null } = request;
    const api = { ...request, askSecret, signal: graceful };
    const provider = (): Promise<SeenProvider> => readProvider(fleet, api, client);
    const look = { stop: graceful, provider };
    const makePlan = async (): Promise<Seen> => {
      const seen = await place.look(options, look);
      checkSomethingIsLeft(seen.plan);
      return seen;
    };
    const first = await makePlan();
    const plan = (await session?.withWarnings(first.plan)) ?? first.plan;
    if (saved !== null) checkStillFits(saved, plan, 'saved');
    noteRefused(plan.refused);
    if (plan.steps.length === 0) {
      if (options.mode === 'apply') first.keepFolders();
      const tidied = options.mode === 'destroy' ? await tidy(first, request) : {};
      return { fleet, plan, result: null, declined: false, lost, ...tidied };
    }
    if (!(await request.confirm(plan))) return { fleet, plan, result: null, declined: true, lost };
    // A question may stay open for hours: check that the plan that was agreed to still fits.
    const again = request.consent === 'ask' ? await makePlan() : null;
    if (again !== null) checkStillFits(plan, again.plan, 'shown');
    const seen = again ?? first;
    // Loaded while the host answers.
    const loading = loadRunPlan();
    if (options.mode === 'apply') await seen.checkIsReady(graceful);
    await session?.checkBefore(plan, request.interrupt.graceful);

    const orchestrator = await orchestratorFor(plan, fleet, api, client);
    if (options.mode === 'apply') seen.keepFolders();
    const journal = seen.openJournal();
    const keepRecords = await seen.keepRecords();
    const emit = (event: RunEvent): void => {
      try {
        request.emit(event);
      } finally {
        journal.write(event);
        keepRecords(event);
        note(event);
      }
    };
    let viewFault: unknown;
    try {
      const runPlan = await loading;
      const result = await runPlan(plan, {
        ...seen.ports(),
        orchestrator,
        render: createRender(),
        emit,
        clock: { now: () => new Date() },
        parallelism: {
          bringUps: request.parallelism ?? AT_ONCE,
          calls: request.parallelism ?? AT_ONCE,
        },
        interrupt: request.interrupt,
        runId: journal.run,
        command: options.mode,
        viewFault: (error) => (viewFault = error),
      });
      const destroyed = options.mode === 'destroy' && result.exitCode === EXIT.done;
      const tidied = destroyed ? await tidy(seen, request) : {};
      return { fleet, plan, result, declined: false, lost, viewFault, ...tidied };
    } finally {
      journal.close();
    }
  } finally {
    if (!session) await client.close();
    lock.release();
  }
}

function askedVms({ vms }: ResolvedFleet, { targets, excludes }: PlanOptions): Address[] {
  const named = (patterns: readonly string[]) => {
    const tests = patterns.map(matcher);
    return (address: Address): boolean => tests.some((matches) => matches(address));
  };
  const [targeted, excluded] = [named(targets), named(excludes)];
  return vms
    .filter(
      ({ address, power }) =>
        power !== 'off' && (targets.length === 0 || targeted(address)) && !excluded(address),
    )
    .map(({ address }) => address);
}

interface Losses {
  lost: ReadonlyMap<Address, EventError>;
  note: Emit;
  noteRefused: (refused: readonly Refusal[]) => void;
}

/**
 * Collects for each VM why it is refused, or the failure itself, else the failed step that it
 * waited for. A step that was not started because of an interruption does not count.
 */
function losses(): Losses {
  const lost = new Map<Address, EventError>();
  let interrupted = false;
  const note: Emit = (event) => {
    interrupted ||= event.type === 'interrupted';
    if (event.type !== 'step-finished' || event.outcome === 'done') return;
    if (event.outcome === 'failed') lost.set(event.address, event.error);
    else if (!interrupted && !lost.has(event.address))
      lost.set(event.address, {
        code: 'vms-failed',
        summary: `what it needs is not there: ${event.because}`,
      });
  };
  const noteRefused = (refused: readonly Refusal[]): void => {
    for (const { address, code, summary, detail, hint } of refused)
      lost.set(address, { code, summary, detail, hint });
  };
  return { lost, note, noteRefused };
}

/** After a complete destroy only the logs in the work folders are still of use. */
async function tidy(
  seen: Seen,
  { purge = false }: ApplyRequest,
): Promise<Pick<ApplyResult, 'logs'>> {
  const { targets, excludes } = seen.plan.options;
  const whole = targets.length === 0 && excludes.length === 0;
  const logs = whole ? await seen.tidy(purge) : undefined;
  return logs === undefined ? {} : { logs };
}
