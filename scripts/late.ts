/**
 * Packages that are loaded when they are first called, and not when the file that imports them is:
 * to load them takes longer than what most commands do with them.
 */
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Each has a function as its default export, which is all that is used of it. Their patterns of
 * Unicode's properties take 20 ms.
 */
const LATE = /^(?:string-width|cli-truncate|wrap-ansi)$/;
const LATE_FILE = /\/node_modules\/(?:string-width|cli-truncate|wrap-ansi)\//;
const SUFFIX = '?late';

export function loadedLate(): Plugin {
  return {
    name: 'loaded-late',
    setup: (build) => {
      build.onResolve({ filter: LATE }, async ({ path, importer, resolveDir, kind }) => {
        if (kind !== 'import-statement') return;
        const found = await build.resolve(path, { importer, resolveDir, kind: 'require-call' });
        return { ...found, suffix: SUFFIX };
      });
      build.onLoad({ filter: LATE_FILE }, ({ path, suffix }) => {
        if (suffix !== SUFFIX) return;
        const load = `require(${JSON.stringify(path)}).default`;
        return {
          contents: `export default (...given) => ${load}(...given);`,
          resolveDir: dirname(path),
        };
      });
      // What lists the packages reads files by their names.
      build.onEnd(({ metafile }) => {
        if (!metafile) return;
        const named = JSON.stringify(metafile).replaceAll(SUFFIX, '');
        Object.assign(metafile, JSON.parse(named));
      });
    },
  };
}
