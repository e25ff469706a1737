/**
 * Pieces of Debian packages, without installing them: apt downloads (and verifies), dpkg-deb
 * unpacks.
 */
import { globSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/**
 * The package itself, or the one behind a meta package: the first of its dependencies that begins
 * with `prefix`.
 */
async function resolve(name: string, prefix: string | undefined): Promise<string> {
  if (prefix === undefined) return name;
  const text = await run('apt-cache', ['depends', '--no-recommends', '--no-suggests', name]);
  const found = [...text.matchAll(/^\s*(?:Pre)?Depends: (\S+)$/gm)]
    .map(([, dependency = '']) => dependency)
    .find((dependency) => dependency.startsWith(prefix));
  if (found === undefined)
    throw new Error(`The package ${name} depends on nothing called ${prefix}…`);
  return found;
}

export interface Wanted {
  name: string;
  /** For a meta package: how the name of the package behind it begins. */
  behind?: string;
}

/**
 * Unpacks the packages into a new folder inside `dir` and gives its path; the caller takes it away.
 * Needs apt on Debian 12 or later; refreshes its lists when it does not know a package.
 */
export async function unpack(wanted: readonly Wanted[], dir: string): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const place = mkdtempSync(join(dir, 'unpack-'));
  try {
    try {
      await download(wanted, place);
    } catch {
      await run('apt-get', ['update', '-qq']);
      await download(wanted, place);
    }
    for (const file of readdirSync(place).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(place, file), place]);
      rmSync(join(place, file));
    }
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    throw error;
  }
  return place;
}

async function download(wanted: readonly Wanted[], place: string): Promise<void> {
  const names = await Promise.all(wanted.map(({ name, behind }) => resolve(name, behind)));
  // apt's own user may not write here.
  await run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...names], {
    cwd: place,
  });
}

/** The one file in an unpacked place that fits the pattern. */
export function one(place: string, pattern: string): string {
  const [found] = globSync(join(place, pattern));
  if (found === undefined) throw new Error(`The downloaded packages have no ${pattern}`);
  return found;
}
