/**
 * What of other people is in the bundle: a list for machines (CycloneDX), made by the plugin of
 * esbuild that this wraps, and the texts of all licences, made from that list.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild';
import type { Metafile, Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
/** Texts for packages that come without one, by name. */
const TEXTS = join(import.meta.dirname, 'licenses');

export const SBOM = 'ven.cdx.json';
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** The parts of a CycloneDX component that are used here. */
export interface Component {
  group?: string;
  name: string;
  version: string;
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
  evidence?: { licenses?: { license: { text: { content: string; encoding?: string } } }[] };
}

/** Writes the list, with the texts of licences in it as they are in the packages. */
export function listOfBundled(): Plugin[] {
  const generated: Plugin = {
    name: 'generated-code',
    setup: (build) => {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile }) => {
        if (metafile) addCopied(metafile);
      });
    },
  };
  const options = { outputFile: SBOM, gatherLicenseTexts: true, outputReproducible: true };
  return [generated, cyclonedxEsbuildPlugin({ ...options, validate: false, logLevel: 'silent' })];
}

/**
 * Generated code was bundled before, when it was generated. esbuild's comments in it tell what was
 * copied from where.
 */
function addCopied({ inputs, outputs }: Metafile): void {
  for (const output of Object.values(outputs))
    for (const file of Object.keys(output.inputs)) {
      if (!file.includes('/generated/')) continue;
      const copied = readFileSync(join(ROOT, file), 'utf8').matchAll(
        /^\/\/ (node_modules\/\S+)$/gm,
      );
      for (const [, path = ''] of copied) {
        output.inputs[path] = { bytesInOutput: 1 };
        inputs[path] ??= { bytes: 1, imports: [] };
        inputs[file]?.imports.push({ path, kind: 'import-statement' });
      }
    }
}

/**
 * Takes the texts of licences out of the list in `dist`, and writes them beside it for people.
 * Throws for a package without a text.
 */
export function writeNotices(dist: string): void {
  const sbom = join(dist, SBOM);
  const bom = JSON.parse(readFileSync(sbom, 'utf8')) as { components: Component[] };
  const notices = noticesOf(bom.components, (name) => {
    const file = join(TEXTS, `${name}.txt`);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  });
  for (const component of bom.components) delete component.evidence;
  write(sbom, `${JSON.stringify(bom, null, 2)}\n`);
  write(join(dist, NOTICES), notices);
}

/** `textOf`: the text for a package that comes without one. */
export function noticesOf(
  components: readonly Component[],
  textOf: (name: string) => string | null,
): string {
  const packages = new Map<string, Set<string>>();
  for (const component of components) {
    const name = nameOf(component);
    const own = component.evidence?.licenses?.map(({ license: { text } }) =>
      Buffer.from(text.content, text.encoding === 'base64' ? 'base64' : 'utf8').toString(),
    );
    const texts = own?.length ? own : [textOf(name) ?? missing(name)];
    const written = texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
    const holders = packages.get(written) ?? new Set();
    packages.set(written, holders.add(`${name} ${component.version} (${licenceOf(component)})`));
  }
  const parts = [...packages].map(([text, names]) => `${[...names].join('\n')}\n\n${text}\n`);
  return ['ven contains code of these packages, under these licences.\n', ...parts].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

function missing(name: string): never {
  throw new Error(
    `${name} comes without the text of its licence: put it into scripts/licenses/${name}.txt`,
  );
}

function nameOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}

function licenceOf({ licenses = [] }: Component): string {
  return licenses
    .map(({ license, expression }) => expression ?? license?.id ?? license?.name)
    .join(', ');
}

function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
