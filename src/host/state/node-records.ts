/** The record of each node's provisioning: `nodes/<vm>.json` in the fleet's work folder. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  FAILURE_CLASSES,
  type NodeRecord,
  type NodeRecords,
  type StoredRecord,
} from '../../model/index.js';
import { inState, makeStateFolder } from './files.js';

/** A record has some KiB; a larger file is not one. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * The records of VMs, in the order of their names. Needs no lock: a record is written whole or not
 * at all. Never throws.
 */
export function readNodeRecords(workDir: string, vms: readonly string[]): StoredRecord[] {
  return vms.map((vm) => {
    const path = pathOf(workDir, vm);
    try {
      const { text, writtenAt } = read(path);
      return { vm, record: parseRecord(text, vm), writtenAt, damage: null };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return { vm, record: null, writtenAt: null, damage: null };
      const why = error instanceof Error ? error.message : String(error);
      return {
        vm,
        record: null,
        writtenAt: null,
        damage: `${path} can't be used, and counts as none: ${why.replaceAll(/\s+/g, ' ')}`,
      };
    }
  });
}

/**
 * Writes a record whole or not at all, also in a run that is killed; mode 0600. Needs the fleet's
 * lock. @throws VenError `usage`
 */
export function writeNodeRecord(workDir: string, record: NodeRecord): void {
  inState(pathOf(workDir, record.vm), () => {
    if (replaced(workDir, record)) return;
    makeStateFolder(join(workDir, 'nodes'));
    if (!replaced(workDir, record)) throw new Error('its folder goes away again and again');
  });
}

/**
 * For a run over nodes: a record that is deleted meanwhile, with its VM or the whole fleet, stays
 * deleted. @throws VenError `usage`
 */
export function openNodeRecords(workDir: string): Pick<NodeRecords, 'write'> {
  makeStateFolder(join(workDir, 'nodes'));
  const written = new Set<string>();
  return {
    write(record) {
      const path = pathOf(workDir, record.vm);
      inState(path, () => {
        if (written.has(record.vm) && !existsSync(path)) return;
        if (replaced(workDir, record)) written.add(record.vm);
      });
    },
  };
}

/** False: its folder does not exist. */
function replaced(workDir: string, record: NodeRecord): boolean {
  const path = pathOf(workDir, record.vm);
  // an apply and a run over nodes write at the same time
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    renameSync(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Deletes a record; its node starts from the beginning. Idempotent. @throws VenError `usage` */
export function removeNodeRecord(workDir: string, vm: string): void {
  const path = pathOf(workDir, vm);
  inState(path, () => rmSync(path, { force: true }));
}

function pathOf(workDir: string, vm: string): string {
  return join(workDir, 'nodes', `${vm}.json`);
}

function read(path: string): { text: string; writtenAt: Date } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('it is not a plain file');
    if (stat.size > LIMIT_BYTES) throw new Error('it is too large');
    return { text: readFileSync(fd, 'utf8'), writtenAt: stat.mtime };
  } finally {
    closeSync(fd);
  }
}

/** `memory` is checked by the watcher. */
function parseRecord(text: string, vm: string): NodeRecord {
  const value: unknown = JSON.parse(text);
  const wrong = Object.entries(FIELDS).find(
    ([name, fits]) => !isObject(value) || !fits(value[name]),
  );
  if (wrong) throw new Error(`its "${wrong[0]}" is not what a record has`);
  const record = value as NodeRecord;
  if (record.vm !== vm) throw new Error(`it is of ${JSON.stringify(record.vm)}`);
  return record;
}

type Fits = (value: unknown) => boolean;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Fits = (value) => typeof value === 'string';
const time: Fits = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const one =
  (...of: readonly string[]): Fits =>
  (value) =>
    typeof value === 'string' && of.includes(value);
const orNull =
  (fits: Fits): Fits =>
  (value) =>
    value === null || fits(value);
const shape =
  (fields: Readonly<Record<string, Fits>>): Fits =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, fits]) => fits(value[name]));

const FIELDS: Omit<Record<keyof NodeRecord, Fits>, 'memory'> = {
  madeAnew: (value) => value === undefined || value === true,
  formatVersion: one('1'),
  vm: text,
  uuid: text,
  life: (value) => value === undefined || text(value),
  making: (value) => value === undefined || text(value),
  flow: one('interactive', 'non-interactive', 'none'),
  profile: shape({ name: text, digest: text }),
  outcome: one('under-way', 'ready', 'failed'),
  failure: orNull(
    shape({
      class: one(...FAILURE_CLASSES),
      stage: text,
      at: time,
      message: text,
      line: orNull(text),
    }),
  ),
  visits: (value) =>
    Array.isArray(value) &&
    value.every(
      shape({
        stage: text,
        title: text,
        enteredAt: time,
        leftAt: orNull(time),
        line: orNull(text),
        late: (late) => typeof late === 'boolean',
      }),
    ),
  lastLine: orNull(text),
  log: orNull(
    shape({
      file: text,
      position: (position) => Number.isSafeInteger(position) && Number(position) >= 0,
    }),
  ),
};
