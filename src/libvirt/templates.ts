/**
 * The templates of the folder `templates/`. They are compiled when ven is built
 * (`scripts/templates.ts`): here is only what runs them.
 */
import nunjucks from 'nunjucks/browser/nunjucks-slim.js';
import { serializeXml, type XmlElement } from '../xml/index.js';
import { compiled } from './generated/templates.js';

/**
 * Renders one template with values. Each value is escaped, but for `mark`: that is an element
 * already.
 */
export type Template = (values: object, mark?: XmlElement) => string;
export type Templates = Record<keyof typeof compiled, Template>;

// No loader: a template can't reach any other file.
const environment = new nunjucks.Environment(null, { autoescape: true, throwOnUndefined: true });

const templateOf = (name: keyof Templates): Template => {
  const template = new nunjucks.Template(compiled[name], environment, name);
  return (values, mark) => {
    refuseUnfit(values, name);
    const markup = mark && new nunjucks.runtime.SafeString(serializeXml(mark));
    // The templates have no carriage return of their own; a bare one would be read as a line feed.
    return template
      .render({ ...values, mark: markup })
      .replaceAll('\r', '&#13;')
      .trim();
  };
};

export const TEMPLATES: Templates = {
  domain: templateOf('domain'),
  network: templateOf('network'),
  volume: templateOf('volume'),
};

/**
 * The fields that may have more than one line: they are element text, where a parser keeps line
 * breaks and tabs.
 */
const MULTILINE = new Set(['title', 'description']);

/** What XML 1.0 can't carry at all. */
const UNFIT = [
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/,
  /[\ud800-\udbff](?![\udc00-\udfff])/,
  /(?<![\ud800-\udbff])[\udc00-\udfff]/,
];
const LINE_BREAK = /[\t\n\r]/;

/**
 * The fleet file's rules keep such strings out; should one come through, it must not become a
 * half-written document.
 */
function refuseUnfit(value: unknown, where: string, key = ''): void {
  if (typeof value === 'string') {
    if (
      UNFIT.some((unfit) => unfit.test(value)) ||
      (LINE_BREAK.test(value) && !MULTILINE.has(key))
    ) {
      throw new Error(`${where}: XML can't carry ${JSON.stringify(value)}`);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) refuseUnfit(inner, `${where}.${name}`, name);
  }
}
