/**
 * What the tests of onboarding share: fleets that boot from the stand-in, runs with what they said,
 * and what the stand-in saw of a node.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ProvisionEvent, Timeline } from '../../src/model/index.js';
import type { Orchestrator } from '../../stand-in/index.ts';
import { HERE, Lab, sleep, type Ran, type Running } from './lab.js';

export type Of<T extends ProvisionEvent['type']> = Extract<ProvisionEvent, { type: T }>;

export const serial = (name: string): string =>
  `VEN${process.pid}${name.replace(/\W/g, '')}`.slice(0, 20).toUpperCase();
/** Three nodes, by name, that come through. */
export const GOOD = ['node-1', 'node-2', 'node-3'];

/** A run of ven with `--json`. */
export interface Watched extends Running {
  said(): string;
  events(): ProvisionEvent[];
  /** Waits for the first event that fits, past or future; fails when the run ends without it. */
  sees<T extends ProvisionEvent['type']>(
    type: T,
    fits: (event: Of<T>) => boolean,
    seconds: number,
  ): Promise<Of<T>>;
}

/** A fleet of nodes, and all that ven said about it. */
export class NodeLab extends Lab {
  readonly subnet: string;
  /** Ended runs of ven. */
  readonly printed: Ran[] = [];
  /** Of all runs: the only processes that may have a secret in their environment. */
  readonly pids = new Set<number>();

  constructor(name: string, second: number, host = HERE) {
    super(name, host);
    this.subnet = `10.${second}.${process.pid % 250}`;
  }

  /** `keys`: of `orchestrator`, beside where it is. `vms`: lines. `host`: as of `write`. */
  writeFleet(
    orchestrator: Orchestrator,
    keys: string,
    vms: string[],
    host?: Parameters<Lab['write']>[1],
  ): void {
    const { address, names, domain, caCertificate } = orchestrator;
    copyFileSync(caCertificate, join(this.dir, 'ca.pem'));
    const body = `orchestrator: { domain: ${domain}, caCertificate: ca.pem, ${keys} }
networks: { lab: { subnet: ${this.subnet}.0/24,
  dns: { hosts: { ${address}: [${names.join(', ')}] } } } }
defaults: { cpus: 1, memory: 768MiB, tpm: false, disks: [{ size: 128MiB }],
  nics: [{ network: lab }], shutdownTimeout: 1s }
vms:
${vms.map((vm) => `  - ${vm}\n`).join('')}`;
    this.write(body, host);
  }

  override start(...args: string[]): Running {
    const running = super.start(...args);
    if (running.child.pid !== undefined) this.pids.add(running.child.pid);
    void running.ended.then((ran) => this.printed.push(ran));
    return running;
  }

  watch(...args: string[]): Watched {
    const running = this.start(...args, '--json');
    let text = '';
    running.child.stdout?.on('data', (piece: string) => (text += piece));
    const events = (): ProvisionEvent[] => eventsOf(text);
    return {
      ...running,
      said: () => text,
      events,
      async sees(type, fits, seconds) {
        for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
          const { exitCode, signalCode } = running.child;
          const found = of(events(), type).find(fits);
          if (found) return found;
          if (exitCode !== null || signalCode !== null) break;
        }
        throw new Error(`No such ${type} came:\n${text.slice(-3000)}`);
      },
    };
  }

  async timeline(): Promise<Timeline> {
    return JSON.parse((await this.ven('timeline', '--json')).stdout) as Timeline;
  }
}

/** Of the lines that are whole. */
function eventsOf(text: string): ProvisionEvent[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ProvisionEvent);
}

export const of = <T extends ProvisionEvent['type']>(
  events: readonly ProvisionEvent[],
  type: T,
): Of<T>[] => events.filter((event): event is Of<T> => event.type === type);

/** The last event of a run. */
export const resultOf = (events: readonly ProvisionEvent[]): Of<'provision-finished'> | undefined =>
  of(events, 'provision-finished').at(-1);

/** How often a node was let in, given a token, registered, loaded the boot file, and started. */
export function seenOf({ seen }: Orchestrator, name: string) {
  const mine = (each: { serialNumber: string | null }): boolean =>
    each.serialNumber === serial(name);
  const count = <T>(list: readonly T[], fits: (item: T) => boolean): number =>
    list.filter(fits).length;
  return {
    logins: count(seen.logins, mine),
    registrations: count(seen.registrations, mine),
    boots: count(seen.boots, (boot) => mine(boot) && boot.method === 'GET'),
    fromNetwork: count(seen.starts, (start) => mine(start) && start.from === 'network'),
    fromDisk: count(seen.starts, (start) => mine(start) && start.from === 'disk'),
  };
}

/**
 * Of nodes that came through, perhaps under several runs: their stages are in the profile's order,
 * and took, together, the time between the two events that tell of their power-on and their end.
 */
export function expectTimes(
  { nodes }: Timeline,
  events: readonly ProvisionEvent[],
  names: readonly string[],
  order: readonly string[],
): void {
  for (const name of names) {
    const mine = ({ address }: { address: string }): boolean => address === `vm.${name}`;
    const started = of(events, 'node-started').filter(mine);
    const finished = of(events, 'node-finished').filter(mine).at(-1);
    expect(started, name).toHaveLength(1);
    expect(finished, name).toMatchObject({ outcome: 'ready' });
    const took = (Date.parse(finished?.time ?? '') - Date.parse(started[0]?.time ?? '')) / 1000;
    expect(took, name).toBeGreaterThan(10);

    const stages = nodes.find(({ vm }) => vm === name)?.way?.stages ?? [];
    const places = stages.map(({ stage }) => order.indexOf(stage));
    expect(places, name).toEqual(places.toSorted((a, b) => a - b));
    expect(stages.at(-1)?.stage, name).toBe('ready');
    for (const told of [stages, finished?.stages ?? []]) {
      const sum = told.reduce((total, { seconds }) => total + seconds, 0);
      expect(Math.abs(sum - took), `${name}: ${sum} s in ${took} s`).toBeLessThan(1);
    }
  }
}
