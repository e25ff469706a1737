/** Which file a person means as the fleet file, and standard input as one. */
import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileName, STDIN, VenError } from '../../model/index.js';
import { commandLine } from '../exec.js';
import { cannot, readUpTo } from './files.js';
import { hintOfFleets, hintOfNear } from './near-fleets.js';

/** One byte more than a fleet file may have, so that the reader can tell that it is too large. */
const FLEET_FILE_BYTES = 1024 * 1024 + 1;

/** What a fleet file is called where only its folder is named. */
const NAMES = ['fleet.yaml', 'fleet.yml'];
/** `./` shows that it is a path, wherever the file is named. */
const HERE = NAMES.map((name) => `./${name}`);

/** Of this process; null: it was not read. */
let standardInput: Uint8Array | null = null;

/**
 * The file that is meant: a folder's, or, of nothing, the current folder's. Nothing else is looked
 * for: reading the file says what is wrong with it. @throws VenError `not-found`
 */
export function findFleetFile(given: string | undefined): string {
  if (given !== undefined && (given === STDIN || !isFolder(given))) return given;
  const files = given === undefined ? HERE : NAMES.map((name) => join(given, name));
  const found = files.find(exists);
  if (found !== undefined) return found;
  const [where, place] = given === undefined ? ['here', []] : [`in the folder ${given}`, [given]];
  throw new VenError('not-found', {
    summary: `There is no fleet file ${where}: neither ${files.join(' nor ')}`,
    hint:
      hintOfFleets(given ?? '.', (name) => join(given ?? '', name)) ??
      `Make one with: ${commandLine('ven', ['init', ...place])}, or give the path of another`,
  });
}

/** Whether `file` is what `findFleetFile` finds where nothing is named. */
export function isFoundHere(file: string): boolean {
  return HERE.includes(file) && file === HERE.find(exists);
}

/**
 * Reads standard input, up to the limit of a fleet file, for `readFleetFile`. Of several calls only
 * the first reads. @throws VenError `fleet-file`
 */
export async function readStandardInput(): Promise<void> {
  if (standardInput !== null) return;
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of process.stdin as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= FLEET_FILE_BYTES) break;
    }
  } catch (error) {
    throw cannot('read', fileName(STDIN), error, 'fleet-file');
  }
  standardInput = Buffer.concat(pieces).subarray(0, FLEET_FILE_BYTES);
}

/**
 * The bytes of a fleet file, at most one more than it may have; of `-` what was read from standard
 * input. @throws VenError `not-found` when it does not exist, `fleet-file` when it is not a file or
 * can't be read.
 */
export function readFleetFile(path: string): Uint8Array {
  if (path === STDIN) return standardInput ?? new Uint8Array();
  const hint = existsSync(path) ? null : hintOfNear(path);
  return readUpTo(
    path,
    FLEET_FILE_BYTES,
    'fleet-file',
    hint ?? `Make one with: ${commandLine('ven', ['init', path])}, or give the path of another`,
  );
}

/**
 * The folder that paths in a fleet file are relative to: where it is, and not a link to it; of
 * standard input the current one.
 */
export function folderOf(fleetFile: string): string {
  if (fleetFile === STDIN) return '.';
  try {
    return dirname(realpathSync(fleetFile));
  } catch {
    return dirname(fleetFile); // reading it says what is wrong
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** A link to what is not there exists, too. */
function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
