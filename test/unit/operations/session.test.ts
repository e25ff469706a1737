/** What `apply --wait` and `provision --retry-failed` compose, on a host in memory, beside the stand-in's API: what is checked first, asked once, told in the end. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apply } from '../../../src/operations/apply.js';
import { doctor } from '../../../src/operations/doctor.js';
import { plan } from '../../../src/operations/plan.js';
import type { LostNode } from '../../../src/onboarding/ports.js';
import {
  provision,
  provisionCreated,
  type Provisioned,
} from '../../../src/operations/provision/provision.js';
import {
  withSession,
  type Session,
  type SessionRequest,
} from '../../../src/operations/provision/session.js';
import type { Ports } from '../../../src/operations/ports.js';
import { junitReport } from '../../../src/view/provision/junit.js';
import {
  VenError,
  type Plan,
  type ProvisionEvent,
  type RunEvent,
} from '../../../src/model/index.js';
import { attribute, child, childrenNamed, parseXml } from '../../../src/xml/index.js';
import { FakeHost } from '../../fake-host/index.js';
import { StillClock, onPort, portsOf, stateIn } from './imagined.js';
import { startOrchestrator, type Orchestrator } from '../../../stand-in/index.ts';

let host: FakeHost;
let folder: string;
let file: string;
let junit: string;
let events: ProvisionEvent[];
let lab: Orchestrator;
let clock: StillClock;
const dir = mkdtempSync(join(tmpdir(), 'ven-session-'));
const ports: Ports = {
  ...portsOf(() => host, { openOrchestrator: onPort(() => lab.port) }),
  clock: {
    now: () => clock.now(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  },
};

beforeAll(async () => {
  writeFileSync(join(dir, 'boot.efi'), '');
  const accounts = { 'api-user': { password: 'api-password', projects: ['ours'] } };
  lab = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'lab'),
    bootFile: join(dir, 'boot.efi'),
    loopback: true,
    accounts,
    projects: ['ours'],
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  clock = new StillClock();
  folder = mkdtempSync(join(tmpdir(), 'ven-flow-'));
  host = new FakeHost();
  host.addForeignNetwork({ name: 'default' });
  host.state = stateIn(folder).state;
  file = join(folder, 'fleet.yaml');
  junit = join(folder, 'report.xml');
  events = [];
  copyFileSync(lab.caCertificate, join(folder, 'ca.pem'));
  write('non-interactive');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  lab.inventory.hosts.clear();
  lab.seen.tokens.length = 0;
  lab.seen.registrations.length = 0;
});

function write(onboarding: string, more = ''): void {
  const network = `networks: { lab: { subnet: 10.9.0.0/24, dns: { hosts: { ${lab.address}: [${lab.names.join(', ')}] } } } }`;
  writeFileSync(
    file,
    `apiVersion: ven/v1\nfleet: lab\norchestrator: { domain: edge.test, caCertificate: ca.pem, onboarding: ${onboarding}, project: ours${more} }\n${network}\nvms: [{ name: a }, { name: b }]\n`,
  );
}
/** As an earlier run would have left it. */
function keepReady(...vms: string[]): void {
  for (const [uuid, { config }] of host.domains) {
    const vm = vms.find((name) => config.includes(`<name>lab_${name}</name>`));
    const record = {
      flow: 'none',
      profile: { name: '', digest: '' },
      failure: null,
      visits: [],
      lastLine: null,
      log: null,
      memory: null,
    } as const;
    if (vm !== undefined)
      host.state.records.write({
        formatVersion: '1',
        vm,
        uuid,
        outcome: 'ready',
        ...record,
        visits: [],
      });
  }
}

const API = { PROJECT_API_USER: 'api-user', PROJECT_API_PASSWORD: 'api-password' };
interface Run extends Partial<SessionRequest> {
  credentials?: object;
  replace?: string[];
  stop?: AbortSignal;
  told?: (event: RunEvent, session: Session) => void;
  confirm?: (plan: Plan) => boolean;
}

/** As the commands do it. */
function run({
  credentials = API,
  replace = [],
  stop,
  told,
  confirm = () => true,
  ...more
}: Run = {}): Promise<Provisioned | null> {
  const env = { XDG_STATE_HOME: folder, ...credentials };
  const hard = new AbortController().signal;
  const request = {
    file,
    env,
    ports,
    vms: null,
    until: 'ready',
    timeoutSeconds: 1.5,
    lockTimeoutSeconds: 0,
    reports: [{ path: junit, open: junitReport }],
    askSecret: null,
    ...more,
  };
  return withSession(request, async (session) => {
    const { lost, result } = await apply({
      file,
      env,
      ports,
      options: {
        mode: 'apply',
        targets: [],
        excludes: [],
        replace,
        keepDisks: false,
        leaveOff: true,
      },
      lockTimeoutSeconds: 0,
      consent: 'given',
      typed: ['apply'],
      confirm: (plan) => Promise.resolve(confirm(plan)),
      emit: (event) => told?.(event, session),
      interrupt: { graceful: AbortSignal.any([session.timeIsUp, ...(stop ? [stop] : [])]), hard },
      session,
    });
    const why = new Map(
      [...lost].map(([address, { summary }]): [string, LostNode] => [
        address,
        { message: summary, hint: 'again' },
      ]),
    );
    if (result?.outcome === 'interrupted' && !session.isOver) {
      session.lose(why);
      return null;
    }
    const interrupt = { graceful: new AbortController().signal, hard };
    // Once each node has begun, or can't, there is nothing to wait for but the end of the time.
    const open = new Set<string>();
    const emit = (event: ProvisionEvent): void => {
      events.push(event);
      if (event.type === 'provision-started')
        for (const { address } of event.nodes) open.add(address);
      if (event.type !== 'node-started' && event.type !== 'node-finished') return;
      open.delete(event.address);
      if (open.size === 0) clock.advance(1500);
    };
    return provisionCreated(
      session,
      { file, env, ports, maxConcurrent: null, staggerSeconds: 0, emit, interrupt },
      why,
    );
  });
}

/** Each case with what is in it, and its type. */
function cases(): Record<string, string> {
  const suite = child(parseXml(readFileSync(junit, 'utf8')), 'testsuite');
  return Object.fromEntries(
    childrenNamed(suite, 'testcase').map((one) => {
      const [kind] = (['failure', 'error'] as const).filter((name) => child(one, name));
      return [
        attribute(one, 'name') ?? '',
        kind === undefined ? '' : `${kind} ${attribute(child(one, kind), 'type') ?? ''}`,
      ];
    }),
  );
}

describe('one run over making and watching', () => {
  it('has one client: one token, each host registered once', async () => {
    const done = await run();
    expect(done?.result).toMatchObject({
      exitCode: 4,
      left: ['vm.a', 'vm.b'],
      byClass: { timeout: 2 },
    });
    expect(events.filter(({ type }) => type === 'node-started')).toHaveLength(2);
    expect(lab.seen.tokens).toHaveLength(1);
    expect(lab.seen.registrations).toHaveLength(2);
    expect(cases()).toEqual({ a: 'error timeout', b: 'error timeout' });
  });

  it('asks for nothing, and nobody, where every node is ready and none is made anew', async () => {
    await run();
    keepReady('a', 'b');
    lab.seen.tokens.length = 0;
    const done = await run({ credentials: {} });
    expect(done?.result).toMatchObject({ exitCode: 0, ready: ['vm.a', 'vm.b'] });
    expect(lab.seen.tokens).toEqual([]);
    expect(cases()).toEqual({ a: '', b: '' });
  });

  it.each(['interactive', 'non-interactive'])(
    'wants credentials before anything is changed: %s',
    async (flow) => {
      write(flow);
      await expect(run({ credentials: {} })).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('not set') as string,
      });
      expect(host.changes).toBe(0);
      expect(cases()).toEqual({ a: 'error usage', b: 'error usage' });
    },
  );

  it('wants to be able to read the consoles before anything is changed, or registered', async () => {
    host.consoles.refused = new VenError('host-not-ready', { summary: 'You may not' });
    await expect(run()).rejects.toMatchObject({ exitCode: 7 });
    expect([host.changes, lab.seen.tokens.length]).toEqual([0, 0]);
    expect(cases()).toEqual({ a: 'error host-not-ready', b: 'error host-not-ready' });
  });
});

describe('a boot server that does not answer', () => {
  const said = 'The nodes may not find what they boot: nothing listens there';
  const asked: string[] = [];
  const silent: Ports = {
    ...ports,
    checkAnswers: ({ href }) => {
      asked.push(href);
      const summary = 'nothing listens there';
      return Promise.reject(new VenError('orchestrator-unreachable', { summary }));
    },
  };

  it('is told with the plan, before the question, and again by the watch; asked once', async () => {
    let warnings: string[] = [];
    const confirm = (plan: Plan): boolean => {
      ({ warnings } = plan);
      return host.changes === 0;
    };
    await run({ ports: silent, confirm });
    expect(warnings.at(-1)).toBe(said);
    expect(asked).toEqual([expect.stringMatching(/^https:\/\/[^/]*edge\.test\//)]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'provision-warning', address: null, message: said }),
    );
  });

  it('is nobody’s concern when all nodes are ready', async () => {
    await run();
    keepReady('a', 'b');
    asked.length = 0;
    const done = await run({ ports: silent });
    expect([done?.result.exitCode, asked]).toEqual([0, []]);
  });
});

describe('the login to the installed system', () => {
  const IO = { ONBOARDING_USERNAME: 'u', ONBOARDING_PASSWORD: 'p' };
  const OS = ', osCredentials: { username: { env: NODE_USER }, password: { env: NODE_PASSWORD } }';
  const UNSEEN = "stage Agents can't be seen reaching Ready: without `orchestrator.osCredentials`";
  /** What the plan warns of, what the watch does, and how much was changed before the plan. */
  const told = async (credentials: object, until = 'ready') => {
    let plan: Plan | undefined;
    let changes = NaN;
    await run({
      credentials,
      until,
      confirm: (made) => {
        plan = made;
        changes = host.changes;
        return true;
      },
    });
    const watched = events.flatMap((event) =>
      event.type === 'provision-warning' ? [event.message] : [],
    );
    return { warned: plan?.warnings.join() ?? '', watched: watched.join(), changes };
  };

  it('is missed before the first change where the orchestrator is not asked', async () => {
    write('interactive');
    const { warned, watched, changes } = await told(IO);
    expect(warned).toContain(UNSEEN);
    expect(warned).toContain('set PROJECT_API_USER and PROJECT_API_PASSWORD');
    expect(watched).toContain(UNSEEN);
    expect(changes).toBe(0);
    const request = { file, env: { XDG_STATE_HOME: folder, ...IO }, ports };
    const options = { targets: [], excludes: [], replace: [], keepDisks: false };
    const planned = await plan({ ...request, options: { mode: 'apply', ...options } });
    expect(planned.plan.warnings.join()).toContain(UNSEEN);
    const found = await doctor(request);
    expect(found.find(({ message }) => message.includes(UNSEEN))?.level).toBe('warning');
  });

  it.each([
    ['with it', 'interactive', OS, { ...IO, NODE_USER: 'edge', NODE_PASSWORD: 'secret' }],
    ['with the API', 'interactive', '', { ...IO, ...API }],
    ['on the way to another stage', 'interactive', '', IO, 'workflow'],
    ['for registered nodes', 'non-interactive', '', API],
  ])('is not missed %s', async (_, flow, keys, credentials, until = 'ready') => {
    write(flow, keys);
    const { warned, watched } = await told(credentials, until);
    expect(warned + watched).not.toContain('osCredentials');
  });

  it('wants its credentials before anything is changed, where a node gets that far', async () => {
    write('interactive', OS);
    await expect(run({ credentials: IO })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('NODE_USER') as string,
    });
    expect(host.changes).toBe(0);
    const done = await run({ credentials: IO, until: 'workflow' });
    expect(done?.result).toMatchObject({ left: ['vm.a', 'vm.b'] });
  });

  it('asks for them once, after the others', async () => {
    write('interactive', OS);
    const asked: string[] = [];
    const askSecret = (what: string): Promise<string> => {
      asked.push(what);
      return Promise.resolve('x');
    };
    await run({ credentials: {}, askSecret });
    expect(asked).toEqual([
      'User name for onboarding (ONBOARDING_USERNAME)',
      'Password for onboarding (ONBOARDING_PASSWORD)',
      "User name for the nodes' installed system (NODE_USER)",
      "Password for the nodes' installed system (NODE_PASSWORD)",
    ]);
  });
});

describe('what could not be made', () => {
  it('has failed, in the events and the report; the others are watched', async () => {
    host.faults.failAt((change) => change.startsWith('define') && host.domains.size === 1);
    const done = await run();
    const [failed] = done?.result.failed ?? [];
    expect(done?.result).toMatchObject({ exitCode: 4, byClass: { boot: 1, timeout: 1 } });
    expect(failed).toMatchObject({
      class: 'boot',
      message: 'a fault that the test asked for',
      hint: 'again',
    });
    expect(Object.values(cases()).sort()).toEqual(['error timeout', 'failure boot']);
  });

  it('is in the report of a run that was interrupted, too', async () => {
    const stop = new AbortController();
    host.faults.failAt((change) => change.startsWith('define'));
    const told = (event: RunEvent): void => {
      if (event.type === 'step-finished' && event.outcome === 'failed') stop.abort();
    };
    expect(await run({ stop: stop.signal, told })).toBeNull();
    expect(events).toEqual([]);
    expect(Object.values(cases())).toContain('failure boot');
  });
});

describe('time that is up while VMs are made', () => {
  it('tears nothing, and leaves the nodes: class timeout, nobody asked, nothing powered on', async () => {
    write('interactive');
    const told = (event: RunEvent, session: Session): void => {
      if (event.type === 'step-started' && event.step === 'vm.a:up') {
        clock.advance(300);
        expect(session.isOver).toBe(true);
      }
      if (event.type === 'interrupted') expect(event.because).toBe('The time is up (0.3 s)');
    };
    const done = await run({
      timeoutSeconds: 0.3,
      told,
      credentials: { ONBOARDING_USERNAME: 'u', ONBOARDING_PASSWORD: 'p' },
    });
    expect(done?.result).toMatchObject({
      outcome: 'failed',
      exitCode: 4,
      failed: [],
      left: ['vm.a', 'vm.b'],
      byClass: { timeout: 2 },
    });
    expect(events.map(({ type }) => type)).toEqual([
      'provision-started',
      'node-finished',
      'node-finished',
      'provision-finished',
    ]);
    expect(cases()).toEqual({ a: 'error timeout', b: 'error timeout' });
    expect(host.faults.changes.some((change) => change.startsWith('start'))).toBe(false);
  });
});

describe('time that is up while the orchestrator is away', () => {
  it('leaves the nodes: class timeout, none powered on', async () => {
    await run();
    events = [];
    host.faults.changes.length = 0;
    const away = lab.fail({ how: 503, forSeconds: 60 });
    const asked = setInterval(() => {
      if (away.hits > 0) clock.advance(1000);
    }, 5);
    const env = { XDG_STATE_HOME: folder, ...API };
    const interrupt = {
      graceful: new AbortController().signal,
      hard: new AbortController().signal,
    };
    const request = {
      file,
      env,
      ports,
      vms: ['a'],
      until: 'ready',
      timeoutSeconds: 1,
      lockTimeoutSeconds: 0,
      reports: [{ path: junit, open: junitReport }],
      askSecret: null,
    };
    for (const domain of host.domains.values()) domain.power = 'off';
    const emit = (event: ProvisionEvent): void => void events.push(event);
    const { result } = await provision({
      ...request,
      maxConcurrent: null,
      staggerSeconds: 0,
      emit,
      interrupt,
    });
    clearInterval(asked);
    away.stop();
    expect(away.hits).toBeGreaterThan(0);
    expect(result).toMatchObject({ exitCode: 4, left: ['vm.a'], byClass: { timeout: 1 } });
    expect(host.faults.changes.some((change) => change.startsWith('start'))).toBe(false);
  });
});

describe('nobody answers who is asked for credentials', () => {
  const nobody = (_: string, signal: AbortSignal): Promise<string> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      clock.advance(300);
    });
  const watched = (more: {
    timeoutSeconds: number | null;
    graceful?: AbortSignal;
  }): Promise<Provisioned> => {
    const { graceful = new AbortController().signal, timeoutSeconds } = more;
    const interrupt = { graceful, hard: new AbortController().signal };
    const request = {
      file,
      env: { XDG_STATE_HOME: folder },
      ports,
      vms: null,
      until: 'ready',
      timeoutSeconds,
      lockTimeoutSeconds: 0,
      reports: [{ path: junit, open: junitReport }],
    };
    const emit = (event: ProvisionEvent): void => void events.push(event);
    return provision({
      ...request,
      askSecret: nobody,
      maxConcurrent: null,
      staggerSeconds: 0,
      emit,
      interrupt,
    });
  };

  it.each(['interactive', 'non-interactive'])(
    'the time counts there, too, and leaves the nodes: %s',
    async (flow) => {
      await run();
      write(flow);
      events = [];
      host.faults.changes.length = 0;
      const { result } = await watched({ timeoutSeconds: 0.3 });
      expect(result).toMatchObject({
        exitCode: 4,
        left: ['vm.a', 'vm.b'],
        byClass: { timeout: 2 },
      });
      expect(host.faults.changes).toEqual([]);
    },
  );

  it('an interruption ends it', async () => {
    await run();
    const why = new VenError('interrupted', { summary: 'Ctrl-C' });
    const late = new AbortController();
    setTimeout(() => {
      late.abort(why);
    }, 100);
    await expect(watched({ timeoutSeconds: null, graceful: late.signal })).rejects.toBe(why);
  });

  it.each(['interactive', 'non-interactive'])('before anything is made: %s', async (flow) => {
    write(flow);
    const late = run({ credentials: {}, askSecret: nobody, timeoutSeconds: 0.3 });
    await expect(late).rejects.toMatchObject({
      code: 'interrupted',
      summary: 'The time is up (0.3 s)',
    });
    expect(host.changes).toBe(0);
  });
});

describe('a report', () => {
  it('is of this run from its first moment on, whatever refuses it', async () => {
    writeFileSync(junit, 'of yesterday');
    await expect(run({ until: 'raedy' })).rejects.toMatchObject({ code: 'usage' });
    expect(cases()).toEqual({ 'ven provision': 'error usage' });
    const during: string[] = [];
    await run({ told: () => during.push(JSON.stringify(cases())) });
    expect(during[0]).toBe('{"a":"error interrupted","b":"error interrupted"}');
  });

  it('of a run over no node has none, and no failure', async () => {
    const env = { XDG_STATE_HOME: folder };
    const interrupt = {
      graceful: new AbortController().signal,
      hard: new AbortController().signal,
    };
    const emit = (event: ProvisionEvent): void => void events.push(event);
    const request = {
      file,
      env,
      ports,
      vms: null,
      until: 'ready',
      timeoutSeconds: null,
      lockTimeoutSeconds: 0,
      reports: [{ path: junit, open: junitReport }],
      askSecret: null,
    };
    await withSession(request, (session) => {
      session.about([]);
      return provisionCreated(
        session,
        { file, env, ports, maxConcurrent: null, staggerSeconds: 0, emit, interrupt },
        new Map(),
      );
    });
    expect(events).toMatchObject([
      { type: 'provision-started', nodes: [] },
      { type: 'provision-finished', exitCode: 0, ready: [], failed: [], left: [] },
    ]);
    expect(cases()).toEqual({});
    expect(existsSync(junit)).toBe(true);
  });
});
