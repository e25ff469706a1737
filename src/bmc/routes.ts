/** Every path of a service, and what its methods do. */
import { shownUrl, type BmcMachine } from '../model/index.js';
import type { Acts } from './acts.js';
import type { Account } from './credentials.js';
import type { Machines } from './machines.js';
import { refused } from './messages.js';
import { bootOf, loginOf, mediaOf, noParameters, patchOf, resetOf, type Body } from './requests.js';
import { chassis, manager } from './resources/manager.js';
import { drive, drives } from './resources/media.js';
import {
  CHASSIS,
  collection,
  MANAGERS,
  ROOT,
  SESSION_SERVICE,
  SESSIONS,
  SYSTEMS,
  type Resource,
} from './resources/names.js';
import { metadata, odataService, serviceRoot, VERSIONS } from './resources/root.js';
import { session, sessions, sessionService } from './resources/session.js';
import * as disks from './resources/storage.js';
import * as systems from './resources/system.js';
import type { Session, Sessions } from './sessions.js';

/** A request as an act sees it. */
export interface Call {
  params: Readonly<Record<string, string>>;
  /** null: of a public resource. */
  account: Account | null;
  session: Session | null;
  sessions: Sessions;
  /** @throws RedfishError 400 when it is no object */
  readonly body: Body;
  /** @throws RedfishError 401, 503 */
  login: (username: string, password: string) => Account;
  /** @throws RedfishError 412 when the client has seen another state of it */
  checkMatch: (resource: Resource) => void;
  /** Carries out what is worth a line in the log. */
  done: <T>(vm: string | null, what: string, work: () => Promise<T>) => Promise<T>;
}

/** At most one of `resource`, `body` (JSON), `text` (XML). Default: an empty answer. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  resource?: Resource;
  body?: object;
  text?: string;
}

type Act = (call: Call) => Answer | Promise<Answer>;

export interface Route {
  path: string;
  methods: Partial<Record<'GET' | 'POST' | 'PATCH' | 'DELETE', Act>>;
  /** The method that needs no credentials. */
  isPublic?: 'GET' | 'POST';
}

export interface Served {
  /** The fleet's name. */
  fleet: string;
  /** ven's version. */
  version: string;
  machines: Machines;
  acts: Acts;
}

const NO_CONTENT: Answer = { status: 204 };

export function routesOf({ fleet, version, machines, acts }: Served): Route[] {
  const all = (call: Call): Promise<systems.Seen[]> => machines.list(call.account?.vms ?? []);

  /** @throws RedfishError 404, also for a machine of other credentials */
  const seen = async (call: Call, type: string): Promise<systems.Seen> => {
    const { id = '' } = call.params;
    const names = call.account?.vms ?? [];
    const [found] = names.includes(id) ? await machines.list([id]) : [];
    if (found) return found;
    throw refused(404, 'ResourceNotFound', { args: [type, id] });
  };
  /** A GET of something that hangs on a machine. */
  const get = (
    path: string,
    type: string,
    read: (one: systems.Seen, call: Call) => Resource | null,
  ): Route => ({
    path,
    methods: {
      GET: async (call) => {
        const resource = read(await seen(call, type), call);
        if (resource) return { resource };
        const { member = type } = call.params;
        throw refused(404, 'ResourceNotFound', { args: [type, member] });
      },
    },
  });
  const members = (path: string, type: string, name: string): Route => ({
    path,
    methods: {
      GET: async (call) => ({
        resource: collection(
          path,
          `${type}Collection`,
          name,
          (await all(call)).map(({ vm }) => `${path}/${vm.name}`),
        ),
      }),
    },
  });

  const one = `${SYSTEMS}/:id`;
  const patchSystem: Act = async (call) => {
    const before = await seen(call, 'ComputerSystem');
    const override = (now: systems.Seen): BmcMachine['override'] => {
      const resource = systems.system(now);
      call.checkMatch(resource);
      const { Boot: wanted } = patchOf(call.body, ['Boot'], Object.keys(resource));
      return bootOf(wanted, now.machine);
    };
    const expected = override(before);
    await call.done(before.vm.name, `boot: ${bootWords(expected)}`, () =>
      acts.setOverride(before, override),
    );
    return { resource: systems.system(await seen(call, 'ComputerSystem')) };
  };
  const reset: Act = async (call) => {
    const type = resetOf(call.body);
    const one = await seen(call, 'ComputerSystem');
    await call.done(one.vm.name, `reset: ${type}`, () => acts.reset(one, type));
    return NO_CONTENT;
  };
  const withDrive = async (call: Call): Promise<systems.Seen> => {
    const one = await seen(call, 'ComputerSystem');
    if (one.machine.hasDrive) return one;
    throw refused(404, 'ResourceNotFound', { args: ['VirtualMedia', 'Cd'] });
  };
  const insert: Act = async (call) => {
    const one = await withDrive(call);
    const media = mediaOf(call.body);
    await call.done(one.vm.name, `insert ${shownUrl(media.image)}`, () => acts.insert(one, media));
    return NO_CONTENT;
  };
  const eject: Act = async (call) => {
    const one = await withDrive(call);
    noParameters(call.body, 'VirtualMedia.EjectMedia');
    await call.done(one.vm.name, 'eject', () => acts.eject(one));
    return NO_CONTENT;
  };

  return [
    { path: '/redfish', methods: { GET: () => ({ body: VERSIONS }) }, isPublic: 'GET' },
    { path: ROOT, methods: { GET: () => ({ resource: serviceRoot(fleet) }) }, isPublic: 'GET' },
    {
      path: `${ROOT}/odata`,
      methods: { GET: () => ({ body: odataService() }) },
      isPublic: 'GET',
    },
    {
      path: `${ROOT}/$metadata`,
      methods: { GET: () => ({ text: metadata() }) },
      isPublic: 'GET',
    },
    members(SYSTEMS, 'ComputerSystem', 'Machines'),
    {
      path: one,
      methods: {
        GET: async (call) => ({ resource: systems.system(await seen(call, 'ComputerSystem')) }),
        PATCH: patchSystem,
      },
    },
    { path: `${one}/Actions/ComputerSystem.Reset`, methods: { POST: reset } },
    get(`${one}/Bios`, 'Bios', systems.bios),
    get(`${one}/SecureBoot`, 'SecureBoot', (found) =>
      systems.isUefi(found.machine) ? systems.secureBoot(found) : null,
    ),
    get(`${one}/Processors`, 'Processors', systems.processors),
    get(`${one}/Processors/:member`, 'Processor', (found, { params }) =>
      params['member'] === 'CPU' ? systems.processor(found) : null,
    ),
    get(`${one}/EthernetInterfaces`, 'EthernetInterfaces', systems.nics),
    get(`${one}/EthernetInterfaces/:member`, 'EthernetInterface', (found, { params }) =>
      systems.nic(found, params['member'] ?? ''),
    ),
    get(`${one}/SimpleStorage`, 'SimpleStorage', disks.simpleStorages),
    get(`${one}/SimpleStorage/:member`, 'SimpleStorage', (found, { params }) =>
      params['member'] === 'Disks' ? disks.simpleStorage(found) : null,
    ),
    get(`${one}/Storage`, 'Storage', disks.storages),
    get(`${one}/Storage/:member`, 'Storage', (found, { params }) =>
      params['member'] === 'Disks' ? disks.storage(found) : null,
    ),
    get(`${one}/Storage/Disks/Controllers`, 'StorageController', disks.controllers),
    get(`${one}/Storage/Disks/Controllers/:member`, 'StorageController', (found, { params }) =>
      disks.controller(found, params['member'] ?? ''),
    ),
    get(`${one}/Storage/Disks/Drives/:member`, 'Drive', (found, { params }) =>
      disks.drive(found, params['member'] ?? ''),
    ),
    get(`${one}/Storage/Disks/Volumes`, 'Volume', disks.volumes),
    get(`${one}/VirtualMedia`, 'VirtualMedia', drives),
    get(`${one}/VirtualMedia/:member`, 'VirtualMedia', (found, { params }) =>
      params['member'] === 'Cd' ? drive(found) : null,
    ),
    {
      path: `${one}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia`,
      methods: { POST: insert },
    },
    { path: `${one}/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia`, methods: { POST: eject } },
    members(MANAGERS, 'Manager', 'BMCs'),
    get(`${MANAGERS}/:id`, 'Manager', (found) => manager(found, version)),
    members(CHASSIS, 'Chassis', 'Chassis'),
    get(`${CHASSIS}/:id`, 'Chassis', chassis),
    ...sessionRoutes(),
  ];
}

function sessionRoutes(): Route[] {
  const own = (call: Call): Session[] => (call.account ? call.sessions.of(call.account) : []);
  /** @throws RedfishError 404, also for somebody else's */
  const found = (call: Call): Session => {
    const { id = '' } = call.params;
    const session = own(call).find((each) => each.id === id);
    if (session) return session;
    throw refused(404, 'ResourceNotFound', { args: ['Session', id] });
  };
  return [
    { path: SESSION_SERVICE, methods: { GET: () => ({ resource: sessionService() }) } },
    {
      path: SESSIONS,
      isPublic: 'POST',
      methods: {
        GET: (call) => ({ resource: sessions(own(call)) }),
        POST: (call) => {
          const { username, password } = loginOf(call.body);
          const opened = call.sessions.open(call.login(username, password));
          const resource = session(opened.session);
          const headers = { Location: resource['@odata.id'], 'X-Auth-Token': opened.token };
          return { status: 201, headers, resource };
        },
      },
    },
    {
      path: `${SESSIONS}/:id`,
      methods: {
        GET: (call) => ({ resource: session(found(call)) }),
        DELETE: (call) => {
          call.sessions.end(found(call).id);
          return NO_CONTENT;
        },
      },
    },
  ];
}

function bootWords(override: BmcMachine['override']): string {
  if (override === null) return 'no override';
  const { target, enabled, uri } = override;
  return [enabled, systems.TARGETS[target], uri && shownUrl(uri)].filter(Boolean).join(' ');
}
