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

/** The parts of the host that the records need. */
type OfHost = Pick<Host, 'state' | 'consoles'>;

/**
 * Updates the records along a plan. A VM that an apply creates or deletes is another node from then
 * on, so the former node's record is removed just before. A failed node's record stays while its VM
 * is recreated to be started later: if the VM does not come up, the node still counts as failed.
 * `madeAnew` is the persisted name for that.
 */
export function recordUpdater(
  fleet: ResolvedFleet,
  { steps, options }: Plan,
  host: OfHost,
): (event: RunEvent) => void {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const created = new Map(
    steps.flatMap((step) => (step.kind === 'vm-up' ? [[step.vm.uuid, step.vm]] : [])),
  );
  const isCreated = new Set([...created.values()].map(({ name }) => name));
  const failed = (vm: string): NodeRecord | null => {
    const record =
      options.leaveOff === true && isCreated.has(vm)
        ? host.state.records.read([vm])[0]?.record
        : null;
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
    // A VM that is registered between its creation and its start.
    const started = step?.kind === 'vm-start' ? created.get(step.uuid) : undefined;
    if (started) begin(fleet, started, host, true);
  };
}

/**
 * Records the place in the console's log where the boot begins of a VM that is powered on now. A VM
 * that is left off gets no record.
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
    if (error instanceof VenError) return; // this machine can't read the log, now or later
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
