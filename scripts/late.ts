/**
 * Packages that are loaded when they are first used, and not when the file that imports them is:
 * to load them takes longer than what most commands do with them.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Of these the default export is used, a function. Patterns of Unicode's properties take 20 ms. */
const LATE = /^(?:string-width|cli-truncate|wrap-ansi)$/;
/** What oclif requires for its own help and hooks, and to look for commands without a manifest. */
const LATE_IN_OCLIF = /^(?:ejs|minimatch|tinyglobby|wrap-ansi|\.\.\/help\/index)$/;
const OCLIF_FILE = /\/node_modules\/@oclif\/core\/lib\//;
/** A package may be wanted in both forms: each has files of its own. */
const SUFFIXES = ['?late-default', '?late-module'] as const;

export function loadedLate(): Plugin {
  return {
    name: 'loaded-late',
    setup: (build) => {
      build.onResolve({ filter: LATE }, async ({ path, importer, resolveDir, kind }) => {
        if (kind !== 'import-statement') return;
        const found = await build.resolve(path, { importer, resolveDir, kind: 'require-call' });
        return { ...found, suffix: SUFFIXES[0] };
      });
      build.onResolve({ filter: LATE_IN_OCLIF }, async ({ path, importer, resolveDir, kind }) => {
        if (kind !== 'require-call' || !OCLIF_FILE.test(importer)) return;
        const found = await build.resolve(path, { resolveDir, kind });
        return { ...found, suffix: SUFFIXES[1] };
      });
      build.onLoad({ filter: /./ }, ({ path, suffix }) => {
        const form = [asDefault, asModule][SUFFIXES.findIndex((each) => each === suffix)];
        const contents = form?.(`require(${JSON.stringify(path)})`);
        return contents === undefined ? undefined : { contents, resolveDir: dirname(path) };
      });
      // What lists the packages reads files by their names.
      build.onEnd(({ metafile }) => {
        if (!metafile) return;
        const named = SUFFIXES.reduce(
          (text, suffix) => text.replaceAll(suffix, ''),
          JSON.stringify(metafile),
        );
        Object.assign(metafile, JSON.parse(named));
      });
    },
  };
}

const asDefault = (load: string): string =>
  `export default (...given) => ${load}.default(...given);`;

const asModule = (load: string): string => `module.exports = new Proxy(function () {}, {
  get: (_, key) => (key === '__esModule' ? false : ${load}[key]),
  apply: (_, self, given) => ${load}.apply(self, given),
});`;

/** oclif with as little of it as ven needs: the rest took 35 ms of each start. */
export function slimOclif(root: string): Plugin {
  const slim = (name: string): { path: string } => ({
    path: join(root, `scripts/slim/${name}.ts`),
  });
  return {
    name: 'slim-oclif',
    setup: (build) => {
      build.onResolve({ filter: /^@oclif\/core$/ }, ({ importer }) =>
        importer.startsWith(`${root}/src/`) ? slim('oclif') : null,
      );
      build.onResolve({ filter: /^wsl-utils$/ }, () => slim('wsl-utils'));
      // To compare by a language loads its rules, 8 ms; the manifest is sorted.
      const sort = '.sort((a, b) => a.id.localeCompare(b.id))';
      build.onLoad({ filter: /\/@oclif\/core\/lib\/config\/plugin\.js$/ }, ({ path }) => {
        const code = readFileSync(path, 'utf8');
        if (!code.includes(sort)) throw new Error(`oclif no longer sorts like this: ${sort}`);
        return { contents: code.replace(sort, '') };
      });
    },
  };
}
