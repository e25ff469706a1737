/** A world for `driveNodes` without machine or time: nodes that say what a script says, a clock that moves when somebody sleeps. */
import type { OnboardingPorts } from '../../../src/onboarding/ports.js';
import type {
  ConsoleReader,
  DomainPower,
  NodeRecord,
  OrchestratorHost,
  Profile,
  ProvisionEvent,
  ResolvedVm,
} from '../../../src/model/index.js';
import { VenError } from '../../../src/model/index.js';

/** What a node says, each line so many seconds after its power-on, or after it was typed at (`after`). */
export type Script = readonly { at?: number; after?: string; say: string }[];

export const PROFILE: Profile = {
  name: 'test',
  title: 'Test',
  stages: [
    {
      name: 'power-on',
      title: 'Power on',
      flows: ['interactive', 'non-interactive', 'none'],
      enter: [],
      from: null,
      timeoutSeconds: 60,
      answers: [],
      wakeSeconds: null,
    },
    {
      name: 'boot',
      title: 'Boot',
      flows: ['non-interactive'],
      enter: [{ kind: 'console', pattern: '^hello' }],
      from: null,
      timeoutSeconds: 60,
      answers: [],
      wakeSeconds: null,
    },
    {
      name: 'login',
      title: 'Login',
      flows: ['interactive'],
      enter: [{ kind: 'console', pattern: '^Username:' }],
      from: null,
      timeoutSeconds: 60,
      answers: [
        {
          prompt: '^Username: ?$',
          send: { kind: 'credential', credential: 'username' },
          secret: false,
          atMost: 1,
        },
        {
          prompt: '^Password: ?$',
          send: { kind: 'credential', credential: 'password' },
          secret: true,
          atMost: 1,
        },
      ],
      wakeSeconds: null,
    },
    {
      name: 'work',
      title: 'Work',
      flows: ['interactive', 'non-interactive', 'none'],
      enter: [
        { kind: 'console', pattern: '^working' },
        { kind: 'orchestrator', pattern: '^Working$' },
      ],
      from: null,
      timeoutSeconds: 120,
      answers: [],
      wakeSeconds: null,
    },
    {
      name: 'ready',
      title: 'Ready',
      flows: ['interactive', 'non-interactive', 'none'],
      enter: [{ kind: 'console', pattern: '^all done' }],
      from: null,
      timeoutSeconds: null,
      answers: [],
      wakeSeconds: null,
    },
  ],
  trouble: [
    {
      name: 'disk-full',
      title: 'The disk is full',
      class: 'storage',
      when: { kind: 'console', pattern: 'No space left' },
      stages: null,
      after: null,
      recover: null,
    },
  ],
  digest: 'd'.repeat(64),
};

interface Machine {
  vm: ResolvedVm;
  script: Script;
  /** When it was powered on last; null: off. */
  onAt: number | null;
  /** All starts so far. */
  starts: number;
  /** Of the last start. */
  startedAt: number;
  /** When what was typed at it. */
  typed: { text: string; at: number }[];
  /** The console log, each byte once. */
  log: string;
  said: Set<number>;
}

const START = Date.parse('2026-01-01T00:00:00Z');

export class World {
  now = START;
  readonly events: ProvisionEvent[] = [];
  readonly records = new Map<string, NodeRecord>();
  readonly machines = new Map<string, Machine>();
  readonly registered: string[] = [];
  hosts: OrchestratorHost[] = [];
  /** Of `hosts`: what it is answered with instead. */
  hostsFail: VenError | null = null;
  hostsAsked = 0;
  /** Whose console is in use by somebody else. */
  readonly busy = new Set<string>();
  /** Called at each step of the clock. */
  onTime: (seconds: number) => void = () => undefined;
  /** `after` a write: a kill at this very moment. */
  onWrite: (record: NodeRecord) => void = () => undefined;

  add(name: string, script: Script): ResolvedVm {
    const vm = {
      name,
      address: `vm.${name}`,
      uuid: `uuid-${name}`,
      domain: `lab_${name}`,
      serialNumber: `SN${name}`,
      power: 'running',
    } as ResolvedVm;
    this.machines.set(vm.uuid, {
      vm,
      script,
      onAt: null,
      starts: 0,
      startedAt: 0,
      typed: [],
      log: '',
      said: new Set(),
    });
    return vm;
  }

  machine(vm: { uuid: string }): Machine {
    const machine = this.machines.get(vm.uuid);
    if (!machine) throw new Error('no such machine');
    return machine;
  }

  powerOn(vm: { uuid: string }): void {
    const machine = this.machine(vm);
    if (machine.onAt !== null) return;
    Object.assign(machine, {
      onAt: this.now,
      startedAt: this.now,
      starts: machine.starts + 1,
      typed: [],
      said: new Set(),
    });
  }

  power(vm: { uuid: string }): DomainPower {
    const { onAt, starts } = this.machine(vm);
    return onAt === null ? { power: 'off', id: null } : { power: 'running', id: String(starts) };
  }

  get seconds(): number {
    return (this.now - START) / 1000;
  }

  /** Lets everybody say what is due. */
  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.onTime(this.seconds);
    for (const machine of this.machines.values()) {
      if (machine.onAt === null) continue;
      for (const [index, { at, after, say }] of machine.script.entries()) {
        const since =
          after === undefined ? machine.onAt : machine.typed.find(({ text }) => text === after)?.at;
        if (since === undefined || machine.said.has(index) || this.now < since + (at ?? 0) * 1000)
          continue;
        machine.said.add(index);
        machine.log += say;
      }
    }
  }

  ports(overrides: Partial<OnboardingPorts> = {}): OnboardingPorts {
    return {
      clock: {
        now: () => this.now,
        sleep: async (milliseconds) => {
          // Whatever is under way goes first.
          for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
          this.pass(milliseconds);
        },
      },
      openConsole: (vm, from) => this.#console(this.machine(vm), from?.position ?? 0),
      consoleEnd: (vm) => ({ file: 'log', position: Buffer.byteLength(this.machine(vm).log) }),
      fetchConsoles: () => Promise.resolve(),
      powers: (vms) => Promise.resolve(new Map(vms.map((vm) => [vm.uuid, this.power(vm)]))),
      bootOf: (vm) => {
        const { starts, startedAt } = this.machine(vm);
        return {
          making: `making of ${vm.name}`,
          ...(starts === 0 ? {} : { life: new Date(startedAt).toISOString() }),
        };
      },
      powerOn: (vm) => {
        this.powerOn(vm);
        return Promise.resolve();
      },
      type: (vm, text, wanted) => {
        if (this.busy.has(vm.name)) return Promise.resolve('busy');
        if (!wanted(true)) return Promise.resolve('unwanted');
        this.machine(vm).typed.push({ text, at: this.now });
        return Promise.resolve('typed');
      },
      orchestrator: null,
      credentials: { username: 'alice', password: 'canary-secret' },
      records: {
        write: (record) => {
          this.records.set(record.vm, JSON.parse(JSON.stringify(record)) as NodeRecord);
          this.onWrite(record);
        },
      },
      emit: (event) => this.events.push(event),
      ...overrides,
    };
  }

  orchestrator(): OnboardingPorts['orchestrator'] {
    return {
      checkProject: () => Promise.resolve(),
      hosts: () => {
        this.hostsAsked += 1;
        return this.hostsFail ? Promise.reject(this.hostsFail) : Promise.resolve(this.hosts);
      },
      register: ({ serialNumber }) => {
        this.registered.push(serialNumber);
        return Promise.resolve({ id: `host-${serialNumber}`, already: false });
      },
      unregister: () => Promise.resolve({ removed: false }),
      osProfiles: () => Promise.resolve([]),
      localAccounts: () => Promise.resolve([]),
      createLocalAccount: (account) => Promise.resolve({ id: 'localaccount-1', ...account }),
      provider: () => Promise.resolve(null),
      setProvider: () => Promise.resolve({ changed: false }),
    };
  }

  of<T extends ProvisionEvent['type']>(type: T): Extract<ProvisionEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<
      ProvisionEvent,
      { type: T }
    >[];
  }

  #console(machine: Machine, from: number): ConsoleReader {
    let position = from;
    return {
      get position() {
        return { file: 'log', position };
      },
      read: () => {
        const bytes = Buffer.from(machine.log).subarray(position);
        const start = { file: 'log', position };
        position += bytes.length;
        return bytes.length === 0 ? [] : [{ start, bytes }];
      },
      mask: ({ position: at }, length) => {
        machine.log =
          machine.log.slice(0, at) + '*'.repeat(length) + machine.log.slice(at + length);
        return null;
      },
      close: () => undefined,
    };
  }
}
