/** Several hosts as one, for who follows nodes: each act goes to the host that has the VM. */
import {
  POOL_OF_HOST,
  VenError,
  type Consoles,
  type DomainPower,
  type FleetState,
  type Host,
  type HostState,
  type Journal,
  type LockRequest,
  type NodeRecords,
  type Plan,
  type ResolvedFleet,
  type StoredRecord,
} from '../../model/index.js';
import { lookAt, type LookPart } from './look.js';
import { lockHosts, type OpenHost } from './open.js';
import { surveyHosts } from './survey.js';

/** What following nodes takes of a host. */
export interface NodeHost extends Pick<
  Host,
  'uri' | 'observe' | 'readPowers' | 'lastStart' | 'volumeIncarnation' | 'startDomain'
> {
  readonly consoles: Pick<Consoles, 'fetch' | 'checkAccess' | 'follow' | 'end' | 'type'>;
  readonly state: Pick<FleetState, 'openJournal'> & {
    readonly records: Pick<NodeRecords, 'read' | 'openRun'>;
  };
  lock(request: LockRequest): Promise<{ host: NodeHost; release: () => void }>;
}

/** Between a host's name and a path there; a name has none. */
const ON = ':';

export class HostsAsOne implements NodeHost {
  readonly #fleet: ResolvedFleet;
  readonly #hosts: readonly OpenHost[];
  /** The name of the host that has it, by a VM's UUID. */
  readonly #where: Map<string, string>;
  readonly #uuids: ReadonlyMap<string, string>;
  #powers = new Map<string, DomainPower>();

  constructor(fleet: ResolvedFleet, hosts: readonly OpenHost[], where = new Map<string, string>()) {
    this.#fleet = fleet;
    this.#hosts = hosts;
    this.#where = where;
    this.#uuids = new Map(
      fleet.vms.flatMap(({ uuid, name, domain, address }) =>
        [name, domain, address].map((word) => [word, uuid] as const),
      ),
    );
  }

  get uri(): string {
    return this.#fleet.host.uri;
  }

  /** Asks which VM is where. Hosts that are away have none. */
  async locate(stop?: AbortSignal): Promise<void> {
    for (const { name, survey } of await surveyHosts(this.#hosts, this.#fleet, stop))
      for (const { uuid } of survey?.domains ?? []) this.#where.set(uuid, name);
  }

  /** Where a plan creates VMs. */
  learn({ steps }: Pick<Plan, 'steps'>): void {
    for (const step of steps)
      if (step.kind === 'vm-up' && step.onHost !== undefined)
        this.#where.set(step.vm.uuid, step.onHost);
  }

  /** Volumes have the path with the host's name before it, for `volumeIncarnation`. */
  async observe(fleet: ResolvedFleet, stop?: AbortSignal): Promise<HostState> {
    const { parts } = await lookAt({ fleet, host: null, hosts: this.#hosts }, stop);
    for (const { name, state } of parts)
      for (const { uuid } of state.domains) if (name !== null) this.#where.set(uuid, name);
    const [first] = parts;
    if (first === undefined) throw new RangeError('at least one host answers');
    return {
      ...first.state,
      uri: this.uri,
      domains: parts.flatMap(({ state }) => state.domains),
      volumes: parts.flatMap((part) => this.#volumesOf(part)),
    };
  }

  /** A VM's disk names its host's pool, or its own. */
  #volumesOf({ name, fleet, state }: LookPart): HostState['volumes'] {
    return state.volumes.flatMap((volume) => {
      const there = { ...volume, path: `${name}${ON}${volume.path}` };
      return volume.pool === fleet.host.storagePool
        ? [there, { ...there, pool: POOL_OF_HOST }]
        : [there];
    });
  }

  /** Of hosts that do not answer, what was known last. @throws VenError when none answers */
  async readPowers(
    uuids: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, DomainPower>> {
    const byHost = Map.groupBy(uuids, (uuid) => this.#where.get(uuid) ?? '');
    const groups = this.#hosts.filter(({ name }) => byHost.has(name));
    const answers = await Promise.allSettled(
      groups.map(({ name, host }) => host.readPowers(byHost.get(name) ?? [], signal)),
    );
    const known = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [...answer.value] : [],
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed && (known.length === 0 || !(failed.reason instanceof VenError)))
      throw failed.reason as Error;
    this.#powers = new Map([...this.#powers, ...known]);
    const missing: DomainPower = { power: 'missing', id: null };
    return new Map(uuids.map((uuid) => [uuid, this.#powers.get(uuid) ?? missing]));
  }

  lastStart(domain: string): string | null {
    return this.#hostOf(domain)?.lastStart(domain) ?? null;
  }

  volumeIncarnation(path: string): string | null {
    const [name = ''] = path.split(ON, 1);
    const host = this.#hosts.find((each) => each.name === name)?.host;
    return host?.volumeIncarnation(path.slice(name.length + ON.length)) ?? null;
  }

  async startDomain(uuid: string): Promise<void> {
    await this.#must(uuid).startDomain(uuid);
  }

  readonly consoles: NodeHost['consoles'] = {
    fetch: async (domains) => {
      const byHost = Map.groupBy(domains, (domain) => this.#hostOf(domain));
      const groups = this.#hosts.filter(({ host }) => byHost.has(host));
      const fetched = await Promise.allSettled(
        groups.map(({ host }) => host.consoles.fetch(byHost.get(host) ?? [])),
      );
      // One that is lost stops no other.
      const failed = fetched.find((one) => one.status === 'rejected');
      const isLost = failed?.reason instanceof VenError;
      if (failed && !(isLost && fetched.some(({ status }) => status === 'fulfilled')))
        throw failed.reason as Error;
    },
    checkAccess: (domains) => {
      const byHost = Map.groupBy(domains, (domain) => this.#hostOf(domain));
      for (const { host } of this.#hosts)
        if (domains.length === 0 || byHost.has(host))
          host.consoles.checkAccess(byHost.get(host) ?? []);
    },
    follow: (domain, from) => this.#must(domain).consoles.follow(domain, from),
    end: (domain) => this.#must(domain).consoles.end(domain),
    type: (request) => this.#must(request.uuid).consoles.type(request),
  };

  readonly state: NodeHost['state'] = {
    /** Each host's work folder has the whole run. */
    openJournal: (): Journal => {
      const journals = this.#hosts.map(({ host }) => host.state.openJournal());
      return {
        run: journals[0]?.run ?? '',
        write: (event) => {
          for (const journal of journals) journal.write(event);
        },
        close: () => {
          for (const journal of journals) journal.close();
        },
      };
    },
    records: {
      read: (vms) => vms.map((vm) => this.#recordOf(vm)),
      openRun: () => {
        const runs = new Map(this.#hosts.map(({ host }) => [host, host.state.records.openRun()]));
        return {
          write: (record) => {
            runs.get(this.#must(record.uuid))?.write(record);
          },
        };
      },
    },
  };

  async lock(request: LockRequest): Promise<{ host: NodeHost; release: () => void }> {
    const { hosts, release } = await lockHosts(this.#hosts, request);
    return { host: new HostsAsOne(this.#fleet, hosts, this.#where), release };
  }

  /** Of a VM that is nowhere, the newest of all. */
  #recordOf(vm: string): StoredRecord {
    const on = this.#where.get(this.#uuids.get(vm) ?? vm);
    const hosts = this.#hosts.filter(({ name }) => on === undefined || name === on);
    const found = hosts.flatMap(({ name, host }) =>
      host.state.records
        .read([vm])
        .map((each) => ((each.record ?? each.damage) === null ? each : { ...each, host: name })),
    );
    const time = ({ writtenAt }: StoredRecord): number => writtenAt?.getTime() ?? -1;
    const [newest] = found.toSorted((a, b) => time(b) - time(a));
    return newest ?? { vm, record: null, writtenAt: null, damage: null };
  }

  /** `word`: a VM's UUID, name or domain. */
  #hostOf(word: string): Host | undefined {
    const name = this.#where.get(this.#uuids.get(word) ?? word);
    return this.#hosts.find((each) => each.name === name)?.host;
  }

  #must(word: string): Host {
    const host = this.#hostOf(word);
    if (host) return host;
    throw new VenError('host-not-ready', {
      summary: `no host that answers has ${word}`,
      hint: 'See the hosts: ven hosts',
    });
  }
}
