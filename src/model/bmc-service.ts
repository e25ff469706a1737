/** Where a VM's BMC answers: what the fleet file says of it, and the addresses that follow. */
import type { SecretReference } from './secret.js';

export interface ResolvedBmc {
  type: 'redfish';
  /** An IP address of the machine that serves it, in its shortest form. */
  listen: string;
  /** VMs with the same address and port share one service. */
  port: number;
  /** HTTPS, with a certificate that ven makes; else plain HTTP. */
  tls: boolean;
  credentials: { username: SecretReference; password: SecretReference };
}

/** `https://127.0.0.1:24711`; `host`: another name or address for it, where clients need one. */
export function bmcUrl({ listen, port, tls }: ResolvedBmc, host: string = listen): string {
  const scheme = tls ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The path of a VM's System in its service, which clients call its system ID. */
export function redfishSystem(vm: string): string {
  return `/redfish/v1/Systems/${vm}`;
}

/** Everyone who reaches the machine reaches the service. */
export function isWildcard(listen: string): boolean {
  return listen === '0.0.0.0' || listen === '::';
}

/** Only programs of the machine itself reach it. */
export function isLoopback(listen: string): boolean {
  return listen.startsWith('127.') || listen === '::1';
}
