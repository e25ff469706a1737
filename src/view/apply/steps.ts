import type { DomainMark, EventError, Plan, Step } from '../../model/index.js';

/** What to call a step: while it runs, and once it is done. */
export interface StepWords {
  doing: string;
  done: string;
  /** It may take long without a word: tell also that it started. */
  slow: boolean;
  /** Bookkeeping: of interest only when it fails. */
  quiet: boolean;
}

/** The step did not fail: the second Ctrl-C ended it. */
export function isInterruption({ code }: EventError): boolean {
  return code === 'interrupted';
}

/** The words for each step of a plan, by id. */
export function stepWords(plan: Plan): ReadonlyMap<string, StepWords> {
  return new Map(
    plan.steps.map((step) => [step.id, { slow: false, quiet: false, ...words(step) }]),
  );
}

function words(step: Step): Pick<StepWords, 'doing' | 'done'> & Partial<StepWords> {
  switch (step.kind) {
    case 'pool-ensure':
      return { doing: 'making ready', done: 'ready' };
    case 'network-create':
      return { doing: 'creating', done: 'created' };
    case 'network-start':
    case 'vm-start':
      return { doing: 'starting', done: 'started' };
    case 'network-stop':
      return { doing: 'stopping for a restart', done: 'stopped for a restart' };
    case 'network-update':
      return { doing: 'updating', done: 'updated' };
    case 'network-boot':
      return step.bootUrl === null
        ? { doing: 'putting back', done: 'put back as it was' }
        : { doing: 'adding boot options', done: 'boot options added' };
    case 'network-settle':
      return { doing: 'completing a killed run', done: 'completed' };
    case 'network-delete':
    case 'vm-delete':
    case 'objects-delete':
      return { doing: 'deleting', done: 'deleted' };
    case 'vm-register':
      return { doing: 'registering', done: 'registered' };
    case 'vm-unregister':
      return { doing: "removing the orchestrator's host", done: "the orchestrator's host removed" };
    case 'provider-set':
      return { doing: 'setting', done: 'set' };
    case 'vm-up':
      return step.vm.power === 'running'
        ? { doing: 'creating and starting', done: 'created and started', slow: true }
        : { doing: 'creating', done: 'created, still off', slow: true };
    case 'vm-volumes':
      return { doing: 'changing disks', done: 'disks changed' };
    case 'vm-nvram':
      return { doing: "writing the firmware's variables", done: "firmware's variables written" };
    case 'vm-define':
      return { doing: 'changing the definition', done: 'definition changed' };
    case 'vm-password':
      return { doing: 'setting the password', done: 'password set' };
    case 'vm-nics':
      return { doing: 'changing NICs', done: 'NICs changed' };
    case 'vm-reattach':
      return { doing: 'attaching NICs again', done: 'NICs attached again' };
    case 'vm-stop':
      return {
        doing:
          step.graceSeconds > 0 ? `shutting down (at most ${step.graceSeconds}s)` : 'powering off',
        done: 'off',
        slow: step.graceSeconds > 0,
      };
    case 'vm-settings':
      return { doing: 'changing settings', done: 'settings changed' };
    case 'objects-apply':
      return step.objects.at(-1)?.uid === null
        ? { doing: 'creating', done: 'created' }
        : { doing: 'changing', done: 'changed' };
    case 'object-restart':
      return { doing: 'restarting', done: 'restarting in the cluster' };
    case 'vm-ready':
      return { ...marking(step.mark), quiet: true };
  }
}

function marking({ ready, unregistered }: DomainMark): Pick<StepWords, 'doing' | 'done'> {
  let as = 'ready';
  if (!ready) as = 'half-made';
  else if (unregistered) as = 'not registered';
  return { doing: `marking as ${as}`, done: `marked as ${as}` };
}
