import {
  VenError,
  type Fleet,
  type HostState,
  type Plan,
  type ResolvedFleet,
  type RunEvent,
  type RunResult,
} from '../model/index.js';
import * as operations from '../operations/index.js';
import type { Ports, Request } from '../operations/index.js';

/** Which fleet, and with what surroundings. */
export interface FleetOptions {
  /** The fleet file's path. Default: `./fleet.yaml`. Paths in the fleet start at its folder. */
  file?: string;
  /** The fleet itself, as YAML or as an object; then nothing is read from `file`. */
  fleet?: string | Fleet;
  /** A libvirt URI that goes before the fleet's, and before LIBVIRT_DEFAULT_URI of `env`. */
  connect?: string;
  /**
   * For `${NAME}` and `{ env: NAME }` in the fleet, and for the programs that run: PATH, proxies,
   * XDG_STATE_HOME. Default: that of the process.
   */
  env?: Readonly<Record<string, string | undefined>>;
  /**
   * For tests.
   * @internal
   */
  ports?: Ports;
}

export interface ObserveOptions extends FleetOptions {
  /** Ends the questions to the host; the call rejects with `interrupted`. */
  signal?: AbortSignal;
}

export interface PlanOptions extends FleetOptions {
  /** What the plan is for. Default: `apply`. */
  mode?: 'apply' | 'destroy';
  /** Only these addresses and what they need; `*` matches any part: `vm.edge-*`. Default: all. */
  targets?: readonly string[];
  /** All but these addresses. */
  excludes?: readonly string[];
  /** These VMs are recreated even if nothing has changed. */
  replace?: readonly string[];
  /** Destroy: the disks stay. */
  keepDisks?: boolean;
  /** Deleting most of the fleet's VMs is agreed to, though the fleet does not name them. */
  allowDeleteAll?: boolean;
  /**
   * The name of a host that is away, and taken for dead: VMs that are on it, or may be, are made
   * anew on the others. An apply needs `hostIsDead`, too.
   */
  evacuate?: string;
}

/**
 * Who agrees to the plan. `plan`: the caller has agreed to this one, which `plan()` gave; it is
 * refused with `stale-plan` when the fleet or the host has changed since. `confirm`: is shown the
 * plan and says whether to go on; it is not called for a plan without steps.
 */
export type Consent =
  | { plan: Plan; confirm?: never }
  | { confirm: (plan: Plan) => boolean | Promise<boolean>; plan?: never };

export interface RunOptions {
  /** Is told what happens, as it happens. What it throws does not stop the run. */
  onEvent?: (event: RunEvent) => void;
  /**
   * Starts nothing new and lets running steps finish; the outcome is `interrupted`. Before the
   * first step, the call rejects with `interrupted` instead.
   */
  signal?: AbortSignal;
  /** Ends the running programs, too. A VM that is being replaced may be deleted. */
  hardSignal?: AbortSignal;
  /** The most programs at the same time. Default: 16, of vagrant one for each core. */
  parallelism?: number;
  /** How long to wait for another run on this fleet to end. Default: 0, not at all. */
  lockTimeoutSeconds?: number;
}

export type ApplyOptions = Omit<PlanOptions, 'mode' | 'keepDisks'> &
  RunOptions &
  Consent & {
    /** Of who evacuates a host: no VM runs there any more. */
    hostIsDead?: boolean;
  };

export type DestroyOptions = Omit<PlanOptions, 'mode' | 'replace' | 'evacuate'> &
  RunOptions &
  Consent & {
    /** After the whole fleet is gone, the logs of its consoles go, too. */
    purge?: boolean;
  };

export interface Outcome {
  /** The plan that was run, or was not. What it `refused` was left as it is. */
  plan: Plan;
  /** null: nothing ran, since there was nothing to do, or `confirm` said no. */
  result: RunResult | null;
  /** `confirm` said no. */
  declined: boolean;
  /** The first error of `onEvent`. */
  eventError?: unknown;
}

/**
 * The fleet as it is written, checked, with its variables filled in.
 * @throws VenError `fleet-file` (all findings at once), `not-found`
 */
export function parse(options: FleetOptions = {}): Fleet {
  return operations.parseFleetFile(requestOf(options));
}

/**
 * What the fleet means: every default filled in, every identity derived. No host is asked.
 * @throws VenError `fleet-file` (all findings at once), `not-found`
 */
export function resolve(options: FleetOptions = {}): ResolvedFleet {
  return operations.loadOnHosts(requestOf(options));
}

/** What the host has of the fleet, and what is in its way. Changes nothing and takes no lock. */
export function observe({ signal, ...options }: ObserveOptions = {}): Promise<HostState> {
  return operations.observe({ ...requestOf(options), signal });
}

/**
 * What differs between the fleet and the host, and the steps that would end it. Changes nothing and
 * takes no lock.
 */
export async function plan(options: PlanOptions = {}): Promise<Plan> {
  const { mode = 'apply' } = options;
  const planned = await operations.plan({
    ...requestOf(options),
    options: choicesOf(mode, options),
  });
  return planned.plan;
}

/**
 * Makes the host match the fleet. Holds the fleet's lock meanwhile. Steps that fail do not reject:
 * `result` says what was done, what failed and what was skipped.
 * @throws VenError `needs-consent`, `locked`, `stale-plan`, `host-not-ready`, `fleet-file`, …:
 * nothing was changed
 */
export function apply(options: ApplyOptions): Promise<Outcome> {
  return carryOut('apply', options);
}

/** Deletes all that belongs to the fleet on its host, and nothing else; otherwise like `apply`. */
export function destroy(options: DestroyOptions): Promise<Outcome> {
  return carryOut('destroy', options);
}

async function carryOut(
  mode: 'apply' | 'destroy',
  options: PlanOptions & RunOptions & Consent & { purge?: boolean; hostIsDead?: boolean },
): Promise<Outcome> {
  const { confirm, onEvent, parallelism, purge } = options;
  const never = new AbortController().signal;
  const { signal = never, hardSignal = never } = options;
  // JavaScript has no types that ask for one of the two.
  if (options.plan === undefined && typeof confirm !== 'function')
    throw new VenError('needs-consent', {
      summary: `${mode}() changes the host, and nobody has agreed to it`,
      hint: 'Give it `plan`, which plan() gave, or `confirm`, a function that is shown the plan',
    });
  const stop = AbortSignal.any([signal, hardSignal]);
  const { plan, result, declined, viewFault } = await operations.apply({
    ...requestOf(options),
    options: choicesOf(mode, options),
    savedPlan: options.plan,
    parallelism,
    purge,
    hostIsDead: options.hostIsDead,
    lockTimeoutSeconds: options.lockTimeoutSeconds ?? 0,
    consent: confirm ? 'ask' : 'given',
    typed: [mode],
    confirm: async (shown) => {
      const answer = confirm ? confirm(shown) : true;
      const agreed = await Promise.race([answer, aborted(stop)]);
      if (stop.aborted)
        throw new VenError('interrupted', { summary: 'Interrupted before anything was changed' });
      return agreed;
    },
    emit: (event) => onEvent?.(event),
    interrupt: { graceful: stop, hard: hardSignal },
  });
  return { plan, result, declined, ...(viewFault !== undefined && { eventError: viewFault }) };
}

/** Resolves when the signal aborts, if it has not yet; to no agreement. */
function aborted(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(false);
    });
  });
}

function requestOf({
  file = './fleet.yaml',
  fleet,
  connect,
  env = process.env,
  ports,
}: FleetOptions): Request {
  return {
    file: file === '-' ? './-' : file, // standard input is its caller's
    connect,
    env,
    // JSON is YAML.
    ...(fleet !== undefined && {
      content: typeof fleet === 'string' ? fleet : JSON.stringify(fleet),
    }),
    ...(ports && { ports }),
  };
}

function choicesOf(
  mode: 'apply' | 'destroy',
  options: PlanOptions,
): operations.PlanRequest['options'] {
  const { targets = [], excludes = [], replace = [], keepDisks = false } = options;
  const { allowDeleteAll, evacuate } = options;
  return {
    mode,
    targets: [...targets],
    excludes: [...excludes],
    replace: [...replace],
    keepDisks,
    ...(allowDeleteAll === true && { allowDeleteAll }),
    ...(evacuate !== undefined && { evacuate }),
  };
}
