/**
 * Everything that identifies a thing of the fleet, derived from the fleet's name and the thing's
 * name alone. Nothing is random or depends on the order of the file, and another VM changes no
 * identity. Only when two derived values are equal does the later one in the file get another.
 * (UUIDs: `model/identity.ts`.)
 */
import { hash } from 'node:crypto';

/** SHA-256, hex, of a value as canonical JSON (keys sorted). */
export function digest(value: unknown): string {
  return hash('sha256', canonical(value));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const map = value as Record<string, unknown>;
    let text = '';
    for (const key of Object.keys(map).sort()) {
      if (map[key] !== undefined)
        text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(map[key])}`;
    }
    return `{${text}}`;
  }
  return JSON.stringify(value);
}

/** The values that are in use; gives derived ones that are free. */
export class Taken<T = string> {
  readonly #values: Set<T>;

  constructor(values: Iterable<T> = []) {
    this.#values = new Set(values);
  }

  /** `derive(0)`, or the first of `derive(1)`, `derive(2)`, … that is free. */
  claim(derive: (attempt: number) => T): T {
    for (let attempt = 0; ; attempt++) {
      const value = derive(attempt);
      if (this.#values.has(value)) continue;
      this.#values.add(value);
      return value;
    }
  }
}

function hex(...parts: (string | number)[]): string {
  return digest(parts);
}

/** Number from 0 to 10^digits − 1, as that many digits. */
function digits(count: number, ...parts: (string | number)[]): string {
  return String(Number.parseInt(hex(...parts).slice(0, 12), 16) % 10 ** count).padStart(count, '0');
}

/**
 * `52:…`: unicast, locally administered; not libvirt's 52:54:00 (which it assigns at random), and
 * not fe:…, which the kernel uses for the host's side.
 */
export function nicMac(fleet: string, vm: string, index: number, attempt: number): string {
  const bytes = hex('mac', fleet, vm, index, attempt).slice(0, 10).match(/../g) ?? [];
  if (bytes[0] === '54') bytes[0] = '56';
  return ['52', ...bytes].join(':');
}

/** 15 characters, the maximum that Linux allows for an interface. */
export function bridgeName(fleet: string, network: string, attempt: number): string {
  return `ven${hex('bridge', fleet, network, attempt).slice(0, 12)}`;
}

/**
 * 20000 to 29999: below the ports that Linux gives to clients (32768), and above those of known
 * services. `vm`: null for the port that a fleet's VMs share.
 */
export function bmcPort(fleet: string, vm: string | null, attempt: number): number {
  return 20_000 + Number(digits(4, 'bmc', fleet, vm ?? '', attempt));
}

/**
 * `VH` 3 digits `N` 3 digits `M` and 8 to 10 digits: the reference's form with a longer last part.
 * The first two parts are the fleet's. The last part is six digits of the VM's name without its
 * number, then that number in two digits or more (edge-7: …07; 00 without a number). It depends on
 * the VM's name alone, so that no other VM can change it.
 */
export function serialNumber(fleet: string, vm: string, attempt: number): string {
  const [, base = vm, index = '0'] = /^(.+)-([1-9][0-9]{0,3})$/.exec(vm) ?? [];
  const [vh, n] = [digits(3, 'serial-vh', fleet), digits(3, 'serial-n', fleet)];
  return `VH${vh}N${n}M${digits(6, 'serial-m', fleet, base, attempt)}${index.padStart(2, '0')}`;
}
