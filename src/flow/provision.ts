import { acquireLock, lastStart, openJournal, readNodeRecords, type KeptRecord, type Lock } from '../host/index.js';
import {
  VenError,
  type Credentials,
  type FailureClass,
  type HostState,
  type NodeRecord,
  type OnboardingFlow,
  type Orchestrator,
  type OrchestratorHost,
  type ProvisionEvent,
  type ProvisionResult,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import { NodeWatcher } from '../provision/index.js';
import { junitReport } from '../render/index.js';
import type { Interrupt } from './apply.js';
import { credentialsReader, type AskSecret } from './credentials.js';
import { vmNamed } from './find-vm.js';
import { loadFleetFile, type Request } from './load.js';
import { isOfMaking, makingOf } from './making.js';
import { driveNodes, type DrivenNode, type DriveOptions } from './onboarding/drive.js';
import { portsOnHost } from './onboarding/on-host.js';
import { openHost } from './open.js';
import { apiOf } from './orchestrator-api.js';
import { readProfile, stageNamed } from './profile.js';
import { saveText } from './save.js';

export interface ProvisionRequest extends Request {
  /** Names or addresses; none: all that the fleet file wants to run. */
  vms: readonly string[];
  /** A stage's name; `ready`: the last one. */
  until: string;
  /** Of the whole run; null: none but the stages' own. */
  timeoutSeconds: number | null;
  /** At most so many nodes under way at once; null: all. */
  maxConcurrent: number | null;
  /** At least so long between two power-ons. */
  staggerSeconds: number;
  lockTimeoutSeconds: number;
  /** Held already (`lockProvisioning`), and released by who took it; absent: taken for this run. */
  lock?: Lock;
  /** A file for a report in JUnit XML, written over; null: none. */
  junit: string | null;
  /** null: nobody can be asked. */
  askSecret: AskSecret | null;
  emit: (event: ProvisionEvent) => void;
  interrupt: Interrupt;
}

/** `viewFault`: the first thing that `emit` threw, which does not disturb a run. */
export interface Provisioned {
  result: ProvisionResult;
  viewFault?: unknown;
}

/**
 * Onboards a fleet's nodes and watches them until each is ready, or failed. Takes up what an earlier run left, from the records and the
 * consoles' logs. Holds a lock of its own throughout, and the fleet's only while it powers nodes on.
 *
 * Rejects before anything is done: `fleet-file` (the profile, too) · `usage` (a stage, a secret) · `locked` · `not-found` (a VM that
 * is not there) · `orchestrator-refused`, `orchestrator-unreachable`.
 */
export async function provision(request: ProvisionRequest): Promise<Provisioned> {
  const fleet = loadFleetFile(request);
  const way = wayOf(fleet, request);
  const vms = chosenVms(fleet, request);
  if (request.junit === null) return provisionVms(fleet, vms, way, request);
  const report = junitReport(
    fleet.name,
    vms.map(({ name }) => name),
  );
  const began = performance.now();
  const save = (end: { result: ProvisionResult | null; error?: VenError }): void => {
    saveText(request.junit ?? '', report.xml({ ...end, seconds: (performance.now() - began) / 1000 }));
  };
  save({ result: null }); // so that a path that can't be written is known now
  try {
    const emit = (event: ProvisionEvent): void => {
      report.emit(event);
      request.emit(event);
    };
    const done = await provisionVms(fleet, vms, way, { ...request, emit });
    save({ result: done.result });
    return done;
  } catch (error) {
    save({ result: null, ...(error instanceof VenError ? { error } : {}) });
    throw error;
  }
}

async function provisionVms(fleet: ResolvedFleet, vms: readonly ResolvedVm[], way: Way, request: ProvisionRequest): Promise<Provisioned> {
  const { interrupt } = request;
  const lock = request.lock ? null : await lockNodes(fleet, request.lockTimeoutSeconds, interrupt.graceful);
  try {
    const { host, workDir } = openHost(fleet, request.env);
    const names = vms.map(({ name }) => name);
    const kept = readNodeRecords(workDir, names);
    const state = await host.observe(fleet);
    const nodes = nodesOf(vms, state, kept, { fleet, way, request });
    const open = nodes.some(({ record }) => record === null || record.outcome === 'under-way');
    const readCredentials = fleet.orchestrator && credentialsReader(fleet.orchestrator, request, request.askSecret);
    const credentials = open && way.flow !== 'none' && readCredentials ? await readCredentials() : null;
    const api = credentials && apiOf(fleet, request, way.flow === 'non-interactive' ? credentials : apiUser(request));
    try {
      const warnings = kept.flatMap(({ damage }) => damage ?? []);
      const known = api && (await knownHosts(api, way.flow, { signal: interrupt.graceful, warn: (message) => warnings.push(message) }));
      const run = new Date().toISOString().replaceAll(/[:.]/g, '-');
      const journal = openJournal(workDir, run);
      const faults: unknown[] = [];
      const emit = (event: ProvisionEvent): void => {
        // What a node says is in its console's log already, all of it.
        if (event.type !== 'node-output') journal.write(event);
        try {
          request.emit(event);
        } catch (error) {
          faults.push(error);
        }
      };
      try {
        const result = await driveNodes({
          run,
          fleet: fleet.name,
          host: fleet.host.uri,
          ...way,
          nodes,
          limits: { maxConcurrent: request.maxConcurrent ?? Infinity, staggerSeconds: request.staggerSeconds },
          timeoutSeconds: request.timeoutSeconds,
          known,
          ports: portsOnHost({
            fleet,
            hostUnder: ({ fd }) => openHost(fleet, request.env, { lockFd: fd, signal: interrupt.hard }).host,
            workDir,
            env: request.env,
            credentials,
            orchestrator: api,
            emit,
            makingOf: (vm) => makingOf(vm, state),
            hard: interrupt.hard,
          }),
          warnings,
          signal: interrupt.graceful,
        });
        return faults.length === 0 ? { result } : { result, viewFault: faults[0] };
      } finally {
        journal.close();
      }
    } finally {
      await api?.close();
    }
  } finally {
    lock?.release();
  }
}

/** Keeps others from watching, or making anew, the fleet's nodes: for who makes VMs and provisions them after that. Rejects with `locked`, `fleet-file`. */
export function lockProvisioning(request: Request & { lockTimeoutSeconds: number }): Promise<Lock> {
  return lockNodes(loadFleetFile(request), request.lockTimeoutSeconds);
}

function lockNodes({ name: fleet, host: { uri } }: ResolvedFleet, waitSeconds: number, signal?: AbortSignal): Promise<Lock> {
  return acquireLock({ uri, fleet, over: 'provision', waitSeconds, command: 'provision', signal });
}

/** Who may ask for the status of nodes that somebody logs in at: whose credentials are not those of the API. */
function apiUser({ env }: Request): Credentials | null {
  const { PROJECT_API_USER: username = '', PROJECT_API_PASSWORD: password = '' } = env;
  return username === '' || password === '' ? null : { username, password };
}

/** The nodes whose kept record says that they failed, in their present life. Needs no lock. Rejects as `provision` does for the fleet file and its VMs. */
export function failedNodes(request: Request & { vms: readonly string[]; classes: readonly FailureClass[] }): ResolvedVm[] {
  const fleet = loadFleetFile(request);
  const { workDir } = openHost(fleet, request.env);
  const vms = chosenVms(fleet, request);
  const kept = readNodeRecords(
    workDir,
    vms.map(({ name }) => name),
  );
  return vms.filter((vm, index) => {
    const record = kept[index]?.record ?? null;
    // Of an earlier making, or of a start before the last one: it may be ready by now.
    if (record === null || record.failure === null || !isOfThisLife(record, vm)) return false;
    return request.classes.length === 0 || request.classes.includes(record.failure.class);
  });
}

/**
 * Checks what is asked of a run before anything slow, or anything at all, is done; with `askSecret` also that there are credentials, or
 * somebody to ask for them. Rejects with `fleet-file`, `usage`, `not-found`.
 */
export async function checkProvision(
  request: Pick<ProvisionRequest, 'file' | 'env' | 'vms' | 'until'> & { askSecret?: AskSecret | null },
): Promise<void> {
  const fleet = loadFleetFile(request);
  wayOf(fleet, request);
  chosenVms(fleet, request);
  if (request.askSecret === null && fleet.orchestrator) await credentialsReader(fleet.orchestrator, request, null)();
}

type Way = Pick<DriveOptions, 'flow' | 'profile' | 'until'>;

function wayOf(fleet: ResolvedFleet, request: Pick<ProvisionRequest, 'file' | 'env' | 'until'>): Way {
  if (!fleet.orchestrator) {
    throw new VenError('usage', {
      summary: `${request.file} has no orchestrator: there is nothing that its nodes would get ready for`,
      hint: 'Say in the fleet file whom the nodes boot from and how they are onboarded: orchestrator: { domain: …, onboarding: interactive }',
    });
  }
  const { onboarding: flow } = fleet.orchestrator;
  const profile = readProfile(fleet.orchestrator.profile, request);
  return { flow, profile, until: stageNamed(profile, flow, request.until).name };
}

function chosenVms(fleet: ResolvedFleet, { vms, file }: Pick<ProvisionRequest, 'vms' | 'file'>): ResolvedVm[] {
  const chosen = vms.length === 0 ? fleet.vms.filter(({ power }) => power === 'running') : vms.map((name) => vmNamed(fleet, name, file));
  const off = chosen.find(({ power }) => power === 'off');
  if (off)
    throw new VenError('usage', { where: off.address, summary: 'the fleet file says power: off', hint: 'Let it say power: running' });
  return [...new Map(chosen.map((vm) => [vm.uuid, vm])).values()];
}

function nodesOf(
  vms: readonly ResolvedVm[],
  state: HostState,
  kept: readonly KeptRecord[],
  { fleet, way, request }: { fleet: ResolvedFleet; way: Way; request: Request },
): DrivenNode[] {
  const owned = new Map(
    state.domains.filter(({ mark }) => mark?.fleet === fleet.name && mark.ready).map((domain) => [domain.uuid, domain]),
  );
  const missing = vms.filter(({ uuid }) => !owned.has(uuid));
  if (missing.length > 0) {
    throw new VenError('not-found', {
      summary: `${missing.length === 1 ? 'This VM does' : 'These VMs do'} not exist on ${fleet.host.uri}, or only half: ${missing.map(({ address }) => address).join(', ')}`,
      hint: `Make them and bring them to ready at once: ven apply ${request.file} --wait ready`,
    });
  }
  return vms.map((vm, index) => {
    const power = owned.get(vm.uuid)?.power ?? 'missing';
    const record = kept[index]?.record ?? null;
    const counts = record !== null && isOfMaking(record, makingOf(vm, state)) && stillCounts(record, vm, power, way);
    return { vm, power: { power, id: null }, record: counts ? record : null };
  });
}

/** A record is of one making of a VM, and, until that is ready, of one start of it. */
function stillCounts(record: NodeRecord, vm: ResolvedVm, power: string, { profile, flow }: Way): boolean {
  if (record.uuid === vm.uuid && record.outcome === 'ready') return true;
  if (!isOfThisLife(record, vm)) return false;
  if (record.outcome === 'failed') return true;
  // Nothing was said since its power-on was announced, or only that it is there: `log` tells where to begin.
  if (record.visits.length === 0) return true;
  return power !== 'off' && NodeWatcher.resumes(record.memory, profile, flow);
}

/** What the orchestrator knows from before: what is registered, and what is said of nodes' former lives. Only where it is to register nodes must it tell. */
function isOfThisLife(record: NodeRecord, vm: ResolvedVm): boolean {
  const life = lastStart({ domain: vm.domain });
  return record.uuid === vm.uuid && (record.life === undefined || life === null || record.life === life);
}

async function knownHosts(
  api: Pick<Orchestrator, 'checkProject' | 'hosts'>,
  flow: OnboardingFlow,
  { signal, warn }: { signal: AbortSignal; warn: (message: string) => void },
): Promise<OrchestratorHost[] | null> {
  if (flow === 'non-interactive') await api.checkProject(signal);
  try {
    return await api.hosts(signal);
  } catch (error) {
    if (flow === 'non-interactive' || !(error instanceof VenError) || signal.aborted) throw error;
    warn(`The orchestrator does not tell what it knows of the nodes: ${error.summary}`);
    return null;
  }
}
