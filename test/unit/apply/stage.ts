/** A scripted host, plans made of a few words, and a recorder of events, for the tests of apply. */
import type {
  Host,
  HostFirmware,
  Plan,
  Render,
  ResolvedFleet,
  ResolvedVm,
  RunEvent,
  RunResult,
  Step,
} from '../../../src/model/index.js';
import type { BringUpAct } from '../../../src/host/bring-ups/share.js';
import type { ApplyPorts } from '../../../src/apply/index.js';
import { runPlan } from '../../../src/apply/run.js';
import { GatheredBringUps } from '../../../src/host/bring-ups/gathering.js';

export const HOUR = 3600;

export function vm(name: string, more: Partial<ResolvedVm> = {}): ResolvedVm {
  return {
    address: `vm.${name}`,
    name,
    domain: `lab_${name}`,
    uuid: `uuid-${name}`,
    title: `title of ${name}`,
    description: `about ${name}`,
    cpus: 2,
    memoryKiB: 1025,
    accelerator: 'qemu',
    firmware: 'uefi',
    tpm: true,
    boot: ['disk', 'network'],
    pxe: true,
    nvram: null,
    disks: [
      {
        target: 'sda',
        bus: 'sata',
        sizeBytes: 1 << 30,
        pool: 'default',
        volume: `lab_${name}-sda.qcow2`,
      },
    ],
    nics: [
      {
        mac: '52:54:00:00:00:01',
        model: 'virtio',
        source: { kind: 'bridge', bridge: 'virbr0' },
        ip: null,
      },
    ],
    serialNumber: 'VH1',
    graphics: { type: 'none' },
    autostart: false,
    power: 'running',
    protect: false,
    shutdownTimeoutSeconds: 60,
    digest: `digest-${name}`,
    ...more,
  };
}

export function mark(name: string) {
  return { fleet: 'lab', vm: name, digest: `digest-${name}`, ready: true, volumes: [], nics: [] };
}

export function up(
  name: string,
  needs: string[] = [],
  more: Partial<ResolvedVm> = {},
  timeoutSeconds = HOUR,
): Step {
  return {
    id: `vm.${name}:up`,
    address: `vm.${name}`,
    needs,
    timeoutSeconds,
    kind: 'vm-up',
    vm: vm(name, more),
  };
}

export function ready(name: string, needs = [`vm.${name}:up`]): Step {
  return {
    id: `vm.${name}:ready`,
    address: `vm.${name}`,
    needs,
    timeoutSeconds: HOUR,
    kind: 'vm-ready',
    uuid: `uuid-${name}`,
    mark: mark(name),
  };
}

/** A step that is one call, `startDomain('uuid-<name>')`. */
export function start(name: string, needs: string[] = [], timeoutSeconds = HOUR): Step {
  return {
    id: `vm.${name}:start`,
    address: `vm.${name}`,
    needs,
    timeoutSeconds,
    kind: 'vm-start',
    uuid: `uuid-${name}`,
  };
}

/** A step that is one call, `stopDomain('uuid-<name>', 60)`. */
export function stop(name: string, needs: string[] = [], timeoutSeconds = HOUR): Step {
  return {
    id: `vm.${name}:stop`,
    address: `vm.${name}`,
    needs,
    timeoutSeconds,
    kind: 'vm-stop',
    uuid: `uuid-${name}`,
    graceSeconds: 60,
  };
}

export function pool(name: string, needs: string[] = [], timeoutSeconds = HOUR): Step {
  return {
    id: `pool.${name}:ensure`,
    address: `pool.${name}`,
    needs,
    timeoutSeconds,
    kind: 'pool-ensure',
    pool: name,
  };
}

export function planOf(steps: Step[]): Plan {
  return {
    formatVersion: '1',
    fleet: 'lab',
    host: 'test:///default',
    specDigest: 'spec',
    observedDigest: 'observed',
    options: { mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
    changes: [],
    steps,
    refused: [],
    warnings: [],
    summary: { create: steps.length, update: 0, replace: 0, delete: 0, noop: 0 },
  };
}

export const FLEET: ResolvedFleet = {
  name: 'lab',
  host: {
    uri: 'test:///default',
    accelerator: 'auto',
    storagePool: 'default',
    backend: 'vagrant',
    runner: { kind: 'local' },
    vagrantFolder: false,
  },
  hostFrom: 'default',
  orchestrator: {
    bootUrl: 'https://boot.lab/a.efi',
    caCertificates: ['Q0E='],
    domain: null,
    onboarding: 'none',
    project: null,
    credentials: null,
    osCredentials: null,
    profile: { builtin: 'edge-node' },
    removeHosts: false,
    provider: null,
    addresses: {},
  },
  networks: [],
  vms: [],
  digest: 'spec',
  secureBootKeys: {},
  warnings: [],
};

/** Says what it was asked for, so that a test sees it arrive at the host. */
export const RENDER: Render = {
  domain: (of, { accelerator }, { ready: isReady, nics, volumes }) =>
    `domain ${of.name} ${accelerator} ready=${isReady ? 'yes' : 'no'} ${nics.join()} ${volumes.map(({ volume }) => volume).join()}`,
  patchDomain: (current, of, fields, firmware) =>
    `${current} + ${of.name} ${fields.join()}${firmware ? ` by ${firmware.by}` : ''}`,
  written: (of, accelerator) => `written ${of.name} ${accelerator}`,
  nic: (of, mac) => `nic ${of.name} ${mac}`,
  network: (network, fleet) => `network ${fleet} ${network.name}`,
  patchNetwork: (current, network, fleet, fields) =>
    `${current} + ${fleet} ${network.name} ${fields.join()}`,
  bootNetwork: (current, { fleet, network }, bootUrl) =>
    `${current} with ${bootUrl ?? 'nothing'} for ${fleet} ${network}`,
  volume: (disk) => `volume ${disk.target}`,
  overrideWaits: (current) => (current === '<armed>' ? '<waits>' : null),
  nvram: (ref, template, { caCertificates }) => ({
    ...ref,
    xml: `nvram ${ref.volume}`,
    content: Buffer.from(`${String(template)} ${caCertificates.join()}`),
  }),
};

export interface Script {
  /** What a call does; nothing: it is done at once. */
  call?: (method: string, args: unknown[]) => unknown;
  bringUp?: BringUpAct;
  probe?: () => ReturnType<Host['probeAccelerator']>;
  firmware?: Host['firmware'];
}

export interface ScriptedHost extends Host {
  /** `method argument argument…`, in the order of the calls. */
  calls: string[];
  /** The names that each vagrant process got, in the order of their starts. */
  batches: string[][];
  probes: number;
  /** What firmware was asked for. */
  firmwares: unknown[];
}

export function scriptedHost(script: Script = {}): ScriptedHost {
  const calls: string[] = [];
  const batches: string[][] = [];
  const act: BringUpAct = (...args) => {
    batches.push(args[0].map(({ name }) => name));
    return script.bringUp ? script.bringUp(...args) : settleAll(...args);
  };
  const scripted = {
    calls,
    batches,
    probes: 0,
    firmwares: [] as unknown[],
    backend: {
      open: (atOnce: number) => new GatheredBringUps(act, { atOnce, waitMs: 1000, split: true }),
    },
    async firmware(...[wanted, need]: Parameters<Host['firmware']>): Promise<HostFirmware> {
      scripted.firmwares.push(wanted);
      return (
        (await script.firmware?.(wanted, need)) ?? {
          by: 'libvirt',
          secure: wanted === 'uefi-secure',
        }
      );
    },
    holdDomain: <T>(_uuid: string, work: (held: Host) => Promise<T>): Promise<T> => work(host),
    async probeAccelerator() {
      scripted.probes += 1;
      return (await script.probe?.()) ?? { accelerator: 'kvm' as const, why: 'it ran' };
    },
  };
  const host: ScriptedHost = new Proxy(scripted as unknown as ScriptedHost, {
    get(target, method: string): unknown {
      if (method in target) return Reflect.get(target, method);
      return (...args: unknown[]): Promise<unknown> => {
        calls.push(
          [
            method,
            ...args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))),
          ].join(' '),
        );
        return new Promise((resolve) => {
          resolve(script.call?.(method, args));
        });
      };
    },
  });
  return host;
}

export const settleAll: BringUpAct = async (batch, _onOutput, onSettled) => {
  for (const { name } of batch) {
    await Promise.resolve();
    onSettled({ name, ok: true });
  }
};

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export interface Stage {
  result: Promise<RunResult>;
  events: RunEvent[];
  host: ScriptedHost;
  graceful: AbortController;
  hard: AbortController;
}

export function run(
  steps: Step[],
  script: Script = {},
  more: Partial<ApplyPorts> & { onEvent?: (event: RunEvent, stage: Stage) => void } = {},
): Stage {
  const { onEvent, ...ports } = more;
  const stage: Stage = {
    result: Promise.reject(new Error('not started')),
    events: [],
    host: scriptedHost(script),
    graceful: new AbortController(),
    hard: new AbortController(),
  };
  stage.result.catch(() => undefined);
  stage.result = runPlan(planOf(steps), {
    host: stage.host,
    render: RENDER,
    orchestrator: null,
    fleet: FLEET,
    emit: (event) => {
      stage.events.push(event);
      onEvent?.(event, stage);
    },
    clock: { now: () => new Date() },
    parallelism: { bringUps: 2, calls: 4 },
    interrupt: { graceful: stage.graceful.signal, hard: stage.hard.signal },
    runId: 'r1',
    command: 'apply',
    ...ports,
  });
  return stage;
}

/** `started x`, `done x`, `failed x`, `skipped x (because)`, `output x: line`, in order. */
export function story(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'step-started':
        return `started ${event.step}`;
      case 'step-output':
        return `output ${event.step}: ${event.line}`;
      case 'step-finished':
        return event.outcome === 'skipped'
          ? `skipped ${event.step} (${event.because})`
          : `${event.outcome} ${event.step}`;
      case 'interrupted':
        return `interrupted${event.hard ? ' hard' : ''}: ${event.running.join()}`;
      case 'run-started':
      case 'run-finished':
        return event.type;
    }
  });
}

export function failure(events: readonly RunEvent[], step: string) {
  const event = events.find((each) => each.type === 'step-finished' && each.step === step);
  if (event?.type !== 'step-finished' || event.outcome !== 'failed')
    throw new Error(`${step} did not fail`);
  return event.error;
}
