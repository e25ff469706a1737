import { pathToFileURL } from 'node:url';
import { basename, dirname, join, resolve } from 'node:path';
import { loadFleet } from '../config/index.js';
import { isFolder, makeFolder, packagePath, writeNewFile } from '../host/index.js';
import { VenError } from '../model/index.js';
import { readTemplate } from './templates.js';

const LONGEST = 40;
const NAMELESS = 'fleet';
const SHARED =
  "# (This machine's schema. For a shared file: ven schema --output fleet.schema.json, " +
  'and its path.)';

/**
 * Writes a commented fleet file, which names its schema for editors; returns its path and the
 * fleet's name. `given`: a file that ends in .yaml or .yml, else a folder, which is made if it is
 * missing. Rejects with `usage` when the file is there already: it is never overwritten.
 */
export function init(given: string): { file: string; fleet: string } {
  const isFile = /\.ya?ml$/.test(given) && !isFolder(given);
  const file = isFile ? given : join(given, 'fleet.yaml');
  const template = readTemplate('init.fleet.yaml');
  const withName = (name: string): string => template.replace(/^fleet: .*$/m, `fleet: ${name}`);
  const fleet = fleetNameFor(resolve(file), (name) => isRight(withName(name)));
  makeFolder(dirname(file));
  const schema = pathToFileURL(packagePath('schemas/fleet.schema.json')).href;
  writeNewFile(file, `# yaml-language-server: $schema=${schema}\n${SHARED}\n${withName(fleet)}`);
  return { file, fleet };
}

/**
 * From the name of the file or, where that only says what it is, of its folder: two fleets of one
 * name would be one fleet on the host.
 */
function fleetNameFor(file: string, fits: (name: string) => boolean): string {
  const stem = basename(file).replace(/\.ya?ml$/, '');
  const label = labelOf(stem === 'fleet' ? basename(dirname(file)) : stem);
  const names = [label, labelOf(`${NAMELESS}-${label}`)];
  return names.find((name) => name !== '' && fits(name)) ?? NAMELESS;
}

/** A DNS label that comes close: `Café 3` is `cafe-3`. */
function labelOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, LONGEST)
    .replace(/-$/, '');
}

/** The rules themselves say whether a name is one: not a number, a UUID, or `true`. */
function isRight(text: string): boolean {
  try {
    loadFleet(text, { file: NAMELESS });
    return true;
  } catch (error) {
    if (error instanceof VenError) return false;
    throw error;
  }
}
