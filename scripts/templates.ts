/**
 * Compiles the templates of libvirt's XML to plain code: so ven carries no compiler, and its start
 * takes no time for one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nunjucks from 'nunjucks';

const ROOT = join(import.meta.dirname, '..');
const NAMES = ['domain', 'network', 'volume'];

export const TEMPLATES = {
  sources: NAMES.map((name) => `templates/${name}.xml.njk`),
  code: 'src/libvirt/generated/templates',
};

const BANNER = '// Generated from templates/*.njk by `npm run generate`. Do not edit.';

const DECLARATION = `${BANNER}
interface Compiled {
  type: 'code';
  obj: object;
}
export declare const compiled: Record<${NAMES.map((name) => `'${name}'`).join(' | ')}, Compiled>;
`;

/** Paths relative to the repository, and contents. */
export function compiledTemplates(): [string, string][] {
  const env = new nunjucks.Environment(null, {
    autoescape: true,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  const codes = NAMES.map((name, at) => {
    const source = readFileSync(join(ROOT, TEMPLATES.sources[at] ?? ''), 'utf8');
    const wrapper = (made: { template: string }[]): string =>
      `${name}: { type: 'code', obj: (() => {${made[0]?.template ?? ''}})() }`;
    return nunjucks.precompileString(source, { name, env, wrapper } as object);
  });
  const code = `${BANNER}\nexport const compiled = {\n${codes.join(',\n')},\n};\n`;
  return [
    [`${TEMPLATES.code}.js`, code],
    [`${TEMPLATES.code}.d.ts`, DECLARATION],
  ];
}
