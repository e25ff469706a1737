import {
  VenError,
  type Host,
  type LogPosition,
  type NodeRecord,
  type Plan,
  type ResolvedFleet,
  type ResolvedVm,
  type RunEvent,
} from '../model/index.js';

/** What the records need of the host. */
type OfHost = Pick<Host, 'state' | 'consoles'>;

/**
 * A VM that an apply makes or deletes is another node from then on: what is kept of the former one
 * goes, just before. That it failed is kept while its VM is made anew to be started later on: who
 * ends up without that is still to be tried again.
 */
export function recordsKeeper(
  fleet: ResolvedFleet,
  { steps, options }: Plan,
  host: OfHost,
): (event: RunEvent) => void {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const made = new Map(
    steps.flatMap((step) => (step.kind === 'vm-up' ? [[step.vm.uuid, step.vm]] : [])),
  );
  const isMade = new Set([...made.values()].map(({ name }) => name));
  const failed = (vm: string): NodeRecord | null => {
    const record =
      options.leaveOff === true && isMade.has(vm) ? host.state.records.read([vm])[0]?.record : null;
    return record?.failure ? record : null;
  };
  return (event) => {
    if (event.type !== 'step-started') return;
    const step = byId.get(event.step);
    if (step?.kind === 'vm-delete') {
      const vm = step.address.slice('vm.'.length);
      if (failed(vm) === null) host.state.records.remove(vm);
    }
    if (step?.kind === 'vm-up') {
      const record = failed(step.vm.name);
      if (record) host.state.records.write({ ...record, madeAnew: true });
      else begin(fleet, step.vm, host, step.vm.power === 'running');
    }
    // It was registered in between.
    const started = step?.kind === 'vm-start' ? made.get(step.uuid) : undefined;
    if (started) begin(fleet, started, host, true);
  };
}

/**
 * Keeps where in its console's log the life of a VM begins that is powered on now; of one that is
 * left off nothing is kept.
 */
function begin(
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  { state: { records }, consoles }: OfHost,
  isStarted: boolean,
): void {
  records.remove(vm.name);
  if (fleet.orchestrator === null || !isStarted) return;
  let log: LogPosition;
  try {
    log = consoles.end(vm.domain);
  } catch (error) {
    if (error instanceof VenError) return; // it can't be read from here, now or later
    throw error;
  }
  const { name, uuid } = vm;
  const empty = {
    outcome: 'under-way',
    failure: null,
    visits: [],
    lastLine: null,
    memory: null,
  } as const;
  const profile = { name: '', digest: '' };
  records.write({
    formatVersion: '1',
    vm: name,
    uuid,
    flow: fleet.orchestrator.onboarding,
    profile,
    ...empty,
    visits: [],
    log,
  });
}
