/** The services of one fleet: they share what is read of its machines. */
import type { BmcMachines } from '../model/index.js';
import { Acts } from './acts.js';
import type { Account } from './credentials.js';
import type { KeyPair } from './certificate.js';
import { Machines, type KnownVm } from './machines.js';
import { routesOf } from './routes.js';
import { RedfishService, type ServiceEntry } from './service.js';

export interface BmcsOptions {
  fleet: string;
  /** ven's version. */
  version: string;
  port: BmcMachines;
  /** Milliseconds. */
  now: () => number;
  log: (entry: ServiceEntry) => void;
}

export interface Bmcs {
  /** What the fleet file says now of all machines that have a BMC. */
  replace(vms: readonly KnownVm[]): void;
  openService(options: { accounts: readonly Account[]; tls: KeyPair | null }): BmcService;
  /** Ends what a killed server left undone. Rejects with the first fault of a machine. */
  settle(): Promise<void>;
  /** Ends what waits, and resolves when the last act has ended. Services are closed before. */
  stop(): Promise<void>;
}

export type BmcService = Pick<RedfishService, 'listen' | 'replace' | 'renew' | 'close' | 'inject'>;

export function openBmcs({ fleet, version, port, now, log }: BmcsOptions): Bmcs {
  const machines = new Machines(port, now);
  const acts = new Acts(machines, (vm, error) => {
    log({
      vm,
      what: 'after a graceful reset',
      user: null,
      client: '',
      error: error instanceof Error ? error.message : String(error),
    });
  });
  const routes = routesOf({ fleet, version, machines, acts });
  return {
    replace: (vms) => {
      machines.replace(vms);
    },
    openService: ({ accounts, tls }) => new RedfishService({ routes, accounts, tls, now, log }),
    settle: () => acts.settle(),
    stop: () => acts.stop(),
  };
}
