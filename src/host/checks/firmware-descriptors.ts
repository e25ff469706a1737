/**
 * The firmware that a host has. Distributions describe theirs in small JSON files (QEMU's
 * docs/interop/firmware.json); file names give the priority, and an administrator's folder goes
 * before the distribution's. Read-only.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  matchesGlob,
  usesSecureBoot,
  type FirmwareFile,
  type FirmwareNeed,
  type HostFirmware,
  type UefiKind,
} from '../../model/index.js';
import type { HostFiles } from '../libvirt/host-files.js';

export interface FirmwareSearch {
  /** In the order of their priority; null: it can't be read. */
  descriptors: readonly { path: string; text: string | null }[];
  /** Whether the file exists. */
  exists: (path: string) => boolean;
}

/** That libvirt itself searches, by precedence, highest first. */
const FOLDERS = ['/etc/qemu/firmware', '/usr/share/qemu/firmware'];

/**
 * The descriptors for a kind. `passedOver`: why each of the others did not fit, in order.
 */
export interface FirmwareFound {
  firmware: Extract<HostFirmware, { by: 'files' }> | null;
  passedOver: string[];
}

/** On this machine. */
export function firmwareSearch(
  folders: readonly string[] = FOLDERS,
  exists: FirmwareSearch['exists'] = isFile,
): FirmwareSearch {
  const paths = descriptorPaths(folders, folders.map(listFolder));
  return { descriptors: paths.map((path) => ({ path, text: textOf(path) })), exists };
}

/** On another machine. @throws VenError */
export async function firmwareThere(files: HostFiles): Promise<FirmwareSearch> {
  const names = await files.list(FOLDERS);
  const paths = descriptorPaths(
    FOLDERS,
    names.map((each) => each ?? []),
  );
  const texts = await files.read(paths.map((path) => ({ path })));
  const descriptors = paths.map((path, index) => ({
    path,
    text: texts[index]?.toString('utf8') ?? null,
  }));
  const images = descriptors.flatMap(({ text }) => {
    const descriptor = text === null ? null : parseDescriptor(text);
    if (descriptor === null || typeof descriptor === 'string') return [];
    return [descriptor.loader, descriptor.nvramTemplate].flatMap((file) => file?.path ?? []);
  });
  const there = await filesThere(files, images);
  return { descriptors, exists: (path) => there.has(path) };
}

/** Those of the paths that are files on another machine. @throws VenError */
export async function filesThere(
  files: HostFiles,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const names = folders.length === 0 ? [] : await files.list(folders);
  const all = folders.flatMap((folder, index) =>
    (names[index] ?? []).map((name) => join(folder, name)),
  );
  return new Set(all.filter((path) => paths.includes(path)));
}

/**
 * The first descriptor, by priority, that fits a q35 machine for x86_64 with its own NVRAM, and
 * whose files exist.
 */
export function findFirmware(
  kind: UefiKind,
  need: FirmwareNeed,
  { descriptors, exists }: FirmwareSearch,
): FirmwareFound {
  const passedOver: string[] = [];
  for (const { path, text } of descriptors) {
    const descriptor = text === null ? 'it can not be read' : parseDescriptor(text);
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
function descriptorPaths(folders: readonly string[], names: readonly string[][]): string[] {
  const byName = new Map<string, string>();
  folders.forEach((folder, index) => {
    for (const name of names[index] ?? []) {
      if (name.endsWith('.json') && !name.startsWith('.') && !byName.has(name))
        byName.set(name, join(folder, name));
    }
  });
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
}

/**
 * A text says why the file is not a descriptor. An empty file masks the one of the same name in a
 * folder with lower precedence.
 */
function parseDescriptor(text: string): Descriptor | string {
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

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
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
