/**
 * The firmware that this machine has. Distributions describe theirs in small JSON files (QEMU's
 * docs/interop/firmware.json); file names give the priority, and an administrator's folder goes
 * before the distribution's. Read-only.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  matchesGlob,
  usesSecureBoot,
  type FirmwareFile,
  type FirmwareNeed,
  type HostFirmware,
  type UefiKind,
} from '../../model/index.js';

export interface FirmwareSearch {
  /** Folders with descriptors, by precedence, highest first. */
  folders: readonly string[];
  /** Whether the file exists. */
  exists: (path: string) => boolean;
}

/**
 * The descriptors for a kind. `passedOver`: why each of the others did not fit, in order.
 */
export interface FirmwareFound {
  firmware: Extract<HostFirmware, { by: 'files' }> | null;
  passedOver: string[];
}

/** The folders that libvirt itself searches. */
export function firmwareSearch(): FirmwareSearch {
  return { folders: ['/etc/qemu/firmware', '/usr/share/qemu/firmware'], exists: isFile };
}

/**
 * The first descriptor, by priority, that fits a q35 machine for x86_64 with its own NVRAM, and
 * whose files exist.
 */
export function findFirmware(
  kind: UefiKind,
  need: FirmwareNeed,
  { folders, exists }: FirmwareSearch,
): FirmwareFound {
  const passedOver: string[] = [];
  for (const path of descriptorFiles(folders)) {
    const descriptor = readDescriptor(path);
    if (descriptor === 'masked') continue;
    const unfit =
      typeof descriptor === 'string' ? descriptor : whyUnfit(descriptor, kind, need, exists);
    if (unfit !== null) passedOver.push(`${path}: ${unfit}`);
    else if (typeof descriptor !== 'string' && descriptor.loader && descriptor.nvramTemplate) {
      const { loader, nvramTemplate } = descriptor;
      return {
        firmware: { by: 'files', loader, nvramTemplate, secure: usesSecureBoot(kind) },
        passedOver,
      };
    }
  }
  return { firmware: null, passedOver };
}

interface Descriptor {
  interfaces: string[];
  features: string[];
  targets: { architecture: string; machines: string[] }[];
  /** null: not a pair of flash images, code and variables. */
  loader: FirmwareFile | null;
  nvramTemplate: FirmwareFile | null;
}

/** From all folders, by name; of two with the same name, the one with higher precedence. */
function descriptorFiles(folders: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const folder of folders) {
    for (const name of listFolder(folder)) {
      if (name.endsWith('.json') && !name.startsWith('.') && !byName.has(name))
        byName.set(name, join(folder, name));
    }
  }
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
}

/**
 * A text says why the file is not a descriptor. An empty file masks the one of the same name in a
 * folder with lower precedence.
 */
function readDescriptor(path: string): Descriptor | string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return 'it can not be read';
  }
  if (text.trim() === '') return 'masked';
  try {
    const read: unknown = JSON.parse(text);
    const mapping = field(read, 'mapping');
    const split =
      field(mapping, 'device') === 'flash' &&
      [undefined, 'split'].includes(field(mapping, 'mode') as undefined);
    return {
      interfaces: texts(field(read, 'interface-types')),
      features: texts(field(read, 'features')),
      targets: list(field(read, 'targets')).map((target) => ({
        architecture: String(field(target, 'architecture')),
        machines: texts(field(target, 'machines')),
      })),
      loader: split ? firmwareFile(field(mapping, 'executable')) : null,
      nvramTemplate: split ? firmwareFile(field(mapping, 'nvram-template')) : null,
    };
  } catch {
    return 'it is not JSON';
  }
}

/** Why it does not fit; null: it fits. */
function whyUnfit(
  { interfaces, features, targets, loader, nvramTemplate }: Descriptor,
  kind: UefiKind,
  need: FirmwareNeed,
  exists: FirmwareSearch['exists'],
): string | null {
  if (!interfaces.includes('uefi')) return 'not UEFI';
  if (
    !targets.some(
      ({ architecture, machines }) => architecture === 'x86_64' && machines.some(fitsQ35),
    )
  )
    return 'not for x86_64 q35';
  // Descriptors only for confidential VMs have a single image without variables. Others that
  // *also* support those are fine.
  if (!loader || !nvramTemplate) return 'no flash images of code and variables';
  const secure = ['secure-boot', 'requires-smm', 'enrolled-keys'];
  const withKeys = need.ownKeys === true ? secure.slice(0, 2) : secure;
  const wanted = kind === 'uefi' ? [] : withKeys;
  const lacking = wanted.filter((feature) => !features.includes(feature));
  if (lacking.length > 0) return `without ${lacking.join(', ')}`;
  const over = secure.filter((feature) => !wanted.includes(feature) && features.includes(feature));
  if (over.length > 0) return `with ${over.join(', ')}`;
  if (need.template && nvramTemplate.format !== 'raw')
    return `its NVRAM template is ${nvramTemplate.format}`;
  const missing = [loader, nvramTemplate]
    .filter(({ path }) => !exists(path))
    .map(({ path }) => path);
  return missing.length > 0 ? `${missing.join(' and ')} is not there` : null;
}

/** `machines` are shell patterns; any q35 will do, since libvirt takes the newest. */
function fitsQ35(pattern: string): boolean {
  if (pattern.startsWith('pc-q35-')) return true;
  return ['q35', 'pc-q35-9.0'].some((machine) => matchesGlob(pattern, machine));
}

function firmwareFile(value: unknown): FirmwareFile | null {
  const path = field(value, 'filename');
  const format = field(value, 'format') ?? 'raw';
  return typeof path === 'string' &&
    path.startsWith('/') &&
    (format === 'raw' || format === 'qcow2')
    ? { path, format }
    : null;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === 'string');
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
