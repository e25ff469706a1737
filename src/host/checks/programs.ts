import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Env } from '../exec.js';

/** Searches the administrators' folders too, where dnsmasq is. */
export function findProgram(name: string, env: Env): string | null {
  return findIn([...pathOf(env), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin'], name);
}

/** Whether ven can run it by its name. */
export function isInPath(name: string, env: Env): boolean {
  return findIn(pathOf(env), name) !== null;
}

function pathOf(env: Env): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

function findIn(folders: readonly string[], name: string): string | null {
  return (
    folders
      .map((folder) => join(folder, name))
      .find((path) => {
        try {
          accessSync(path, constants.X_OK);
          return statSync(path).isFile();
        } catch {
          return false;
        }
      }) ?? null
  );
}
