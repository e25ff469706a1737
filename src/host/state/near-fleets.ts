/** What a person may have meant by a path where no fleet file is. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { nearest } from '../../model/index.js';
import { readUpTo } from './files.js';

/** The head of a fleet file; other YAML has another. */
const HEAD = /^apiVersion: *["']?ven\//m;
const HEAD_BYTES = 4096;
/** Files that are looked into, and names that a hint has. */
const MOST_READ = 200;
const MOST_NAMED = 5;

/** A hint with the file of that folder that has nearly this path's name, or its fleet files. */
export function hintOfNear(path: string): string | null {
  // A link that leads nowhere stands there itself.
  const names = yamlIn(dirname(path)).filter((name) => name !== basename(path));
  const stems = names.map(stemOf);
  const guess = names[stems.indexOf(nearest(stemOf(basename(path)), stems) ?? '')];
  const show = (name: string): string => beside(path, name);
  return guess === undefined ? hintOfFleets(dirname(path), show) : `Did you mean ${show(guess)}?`;
}

/** A hint with a folder's fleet files; null: it has none. `show` gives a name's path. */
export function hintOfFleets(folder: string, show: (name: string) => string): string | null {
  const fleets = yamlIn(folder)
    .slice(0, MOST_READ)
    .filter((name) => isFleet(join(folder, name)))
    .map(show);
  const more = fleets.length - MOST_NAMED;
  if (fleets.length === 0) return null;
  const others = more > 0 ? `, and ${more} more` : '';
  const what = fleets.length === 1 ? 'The fleet file' : 'Fleet files';
  const place = resolve(folder) === resolve('.') ? 'here' : 'there';
  return `${what} ${place}: ${fleets.slice(0, MOST_NAMED).join(', ')}${others}`;
}

function yamlIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort();
  } catch {
    return [];
  }
}

function isFleet(path: string): boolean {
  try {
    return HEAD.test(readUpTo(path, HEAD_BYTES, 'usage', '').toString('utf8'));
  } catch {
    return false; // it can't be read, so it is no proposal
  }
}

const stemOf = (name: string): string => name.replace(/\.ya?ml$/i, '');

/** As the path was written: with its `./`, or without. */
function beside(path: string, name: string): string {
  return path.slice(0, path.length - basename(path).length) + name;
}
