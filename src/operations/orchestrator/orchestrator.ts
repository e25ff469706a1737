import { didYouMean } from '../../config/index.js';
import {
  identityOf,
  isSameHost,
  VenError,
  type OrchestratorHost,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { OpenOrchestrator } from '../../orchestrator/index.js';
import { credentialsReader, type AskSecret } from '../provision/credentials.js';
import { vmNamed } from '../find-vm.js';
import { loadFleetFile, type Request } from '../load.js';
import { API_USER, apiOf, areSet } from './api.js';

export interface OrchestratorRequest extends Request {
  /** null: nobody can be asked. */
  askSecret: AskSecret | null;
  signal: AbortSignal;
}

/** Some VMs of the fleet, by name or address; none: all. */
export interface VmsRequest extends OrchestratorRequest {
  vms: readonly string[];
}

/** The object that `orchestrator hosts --json` prints. */
export interface FleetHosts {
  formatVersion: '1';
  fleet: string;
  project: string;
  /** `vm`: the VM of this fleet that it is; null: none of them. */
  hosts: (OrchestratorHost & { vm: string | null })[];
  /** The names of the fleet's VMs that the orchestrator does not know. */
  unknown: string[];
}

export interface Registration {
  name: string;
  serialNumber: string;
  id: string;
  /** It was there before. */
  already: boolean;
}

/**
 * The hosts of the fleet's project that are this fleet's VMs, in the fleet's order; with `all` the
 * others after them, also another machine's with a VM's serial number, which `registerVms` refuses.
 * Changes nothing.
 */
export async function orchestratorHosts(
  request: OrchestratorRequest & { all: boolean },
): Promise<FleetHosts> {
  return withOrchestrator(request, async (orchestrator, fleet, project) => {
    const placeOf = (host: OrchestratorHost): number => {
      const place = fleet.vms.findIndex((vm) => {
        const { uuid, serialNumber, name } = identityOf(vm);
        if (uuid === host.uuid) return true;
        return serialNumber === host.serialNumber && isSameHost(host, { name, uuid });
      });
      return place === -1 ? Infinity : place;
    };
    // It lists them as they came, which is by chance where many were registered at once.
    const hosts = (await orchestrator.hosts(request.signal))
      .map((host) => ({ host, place: placeOf(host) }))
      .toSorted((a, b) => (a.place < b.place ? -1 : Number(a.place > b.place)))
      .map(({ host, place }) => ({ ...host, vm: fleet.vms[place]?.name ?? null }));
    const known = new Set(hosts.map(({ vm }) => vm));
    return {
      formatVersion: '1',
      fleet: fleet.name,
      project,
      hosts: hosts.filter(({ vm }) => request.all || vm !== null),
      unknown: fleet.vms.map(({ name }) => name).filter((name) => !known.has(name)),
    };
  });
}

/**
 * Called for each VM as it is done, or refused; the refusal of an only one is what the whole
 * rejects with.
 */
interface Told<T> {
  tell: (one: T) => void;
  tellRefused: (error: VenError) => void;
}

/**
 * Makes VMs known to the orchestrator by their serial numbers. Idempotent. One that is refused
 * keeps no other back: rejects with `vms-failed` after the last (`foreign-object` where each is
 * somebody else's), and at once only for what would befall them all.
 */
export async function registerVms({
  tell,
  tellRefused,
  ...request
}: VmsRequest & Told<Registration>): Promise<void> {
  await withOrchestrator(request, async (orchestrator, fleet) => {
    const vms = chosen(request, fleet);
    await orchestrator.checkProject(request.signal);
    await eachOf(vms, 'registered', tellRefused, async (vm) => {
      const { name, serialNumber } = vm;
      const answer = await orchestrator.register(identityOf(vm), request.signal);
      tell({ name, serialNumber, ...answer });
    });
  });
}

/** The reverse of `registerVms`, and likewise. */
export async function unregisterVms({
  tell,
  tellRefused,
  ...request
}: VmsRequest & Told<{ name: string; serialNumber: string; removed: boolean }>): Promise<void> {
  await withOrchestrator(request, async (orchestrator, fleet) => {
    await eachOf(chosen(request, fleet), 'removed', tellRefused, async (vm) => {
      const { name, serialNumber } = vm;
      const answer = await orchestrator.unregister(identityOf(vm), request.signal);
      tell({ name, serialNumber, ...answer });
    });
  });
}

async function eachOf(
  vms: readonly ResolvedVm[],
  done: string,
  tellRefused: (error: VenError) => void,
  work: (vm: ResolvedVm) => Promise<void>,
): Promise<void> {
  const refused: VenError[] = [];
  const names: string[] = [];
  for (const vm of vms) {
    try {
      await work(vm);
    } catch (error) {
      if (
        !(error instanceof VenError) ||
        (error.code !== 'host-refused' && error.code !== 'foreign-object')
      )
        throw error;
      const { code, summary, detail, hint } = error;
      const own = new VenError(code, { summary, detail, hint, where: vm.address });
      if (vms.length > 1) tellRefused(own);
      refused.push(own);
      names.push(vm.name);
    }
  }
  const [first] = refused;
  if (!first) return;
  const isNoneDone = refused.length === vms.length;
  const code =
    isNoneDone && refused.every((error) => error.code === 'foreign-object')
      ? 'foreign-object'
      : 'vms-failed';
  if (vms.length === 1) {
    const { summary, detail, hint, where } = first;
    throw new VenError(code, { summary, detail, hint, where });
  }
  throw new VenError(code, {
    summary:
      `${refused.length} of ${vms.length} VMs ` +
      `${refused.length === 1 ? 'was' : 'were'} not ` +
      `${done}: ${names.join(', ')}`,
    hint:
      `Why is said above, for each. ${isNoneDone ? 'T' : 'The others are done: t'}ype the ` +
      'same again once that is settled.',
  });
}

/**
 * Makes new hosts of the project get an operating system by themselves. `changed`: false when they
 * did already.
 */
export async function setDefaultOs(
  request: OrchestratorRequest & { profile: string },
): Promise<{ profile: string; id: string; project: string; changed: boolean }> {
  return withOrchestrator(request, async (orchestrator, _, project) => {
    const profiles = await orchestrator.osProfiles(request.signal);
    const found = profiles.find(
      ({ name, id }) => name === request.profile || id === request.profile,
    );
    if (!found) {
      const names = profiles.map(({ name }) => name).sort();
      throw new VenError('not-found', {
        summary:
          'The orchestrator has no operating system profile ' +
          `${JSON.stringify(request.profile)}`,
        detail: names.length === 0 ? 'It has none at all.' : `It has: ${names.join(', ')}`,
        hint: didYouMean(request.profile, names),
      });
    }
    return {
      profile: found.name,
      id: found.id,
      project,
      ...(await orchestrator.setDefaultOs(found.id, request.signal)),
    };
  });
}

/**
 * For a fleet file that says where the orchestrator's API is; its credentials are read at once.
 * Nothing is sent yet.
 */
export async function orchestratorOf(
  fleet: ResolvedFleet,
  request: OrchestratorRequest,
): Promise<OpenOrchestrator> {
  const { orchestrator } = fleet;
  if (orchestrator?.domain == null || orchestrator.project === null)
    throw nowhere(fleet, request.file);
  const { credentials, onboarding } = orchestrator;
  // In the interactive flow the fleet's credentials are the onboarding person's, who may have no
  // rights in the API.
  const own = onboarding !== 'non-interactive' && areSet(Object.values(API_USER), request);
  const wanted = {
    credentials: own ? API_USER : (credentials ?? API_USER),
    onboarding: 'non-interactive' as const,
  };
  const read = await credentialsReader(wanted, request, request.askSecret)(request.signal);
  const api = read && apiOf(fleet, request, read);
  if (!api) throw nowhere(fleet, request.file);
  return api;
}

async function withOrchestrator<T>(
  request: OrchestratorRequest,
  work: (orchestrator: OpenOrchestrator, fleet: ResolvedFleet, project: string) => Promise<T>,
): Promise<T> {
  const fleet = loadFleetFile(request);
  const orchestrator = await orchestratorOf(fleet, request);
  try {
    return await work(orchestrator, fleet, fleet.orchestrator?.project ?? '');
  } finally {
    await orchestrator.close();
  }
}

function chosen({ vms, file }: VmsRequest, fleet: ResolvedFleet): ResolvedVm[] {
  return vms.length === 0 ? fleet.vms : vms.map((name) => vmNamed(fleet, name, file));
}

function nowhere({ orchestrator }: ResolvedFleet, file: string): VenError {
  const missing =
    orchestrator === null
      ? 'orchestrator'
      : orchestrator.domain === null
        ? 'orchestrator.domain'
        : 'orchestrator.project';
  return new VenError('usage', {
    summary:
      `${file} does not say which project of which orchestrator to ask: it has no ` + `${missing}`,
    hint: 'Write orchestrator: { domain: orchestrator.example.com, project: NAME }',
  });
}
