import nunjucks from 'nunjucks';
import { serializeXml, type XmlElement } from '../xml/index.js';

/** The texts of the templates, as in the folder `templates/`. */
export interface TemplateTexts {
  domain: string;
  network: string;
  volume: string;
}

/**
 * The file of each template in the folder `templates/`; beside them stands the `Vagrantfile`, which
 * is no template.
 */
export const TEMPLATE_FILES = {
  domain: 'domain.xml.njk',
  network: 'network.xml.njk',
  volume: 'volume.xml.njk',
} as const satisfies Record<keyof TemplateTexts, string>;

/**
 * Renders one template with values. Each value is escaped, but for `mark`: that is an element
 * already.
 */
export type Template = (values: object, mark?: XmlElement) => string;
export type Templates = Record<keyof TemplateTexts, Template>;

export function compileTemplates(texts: TemplateTexts): Templates {
  // No loader: a template can't reach any other file.
  const environment = new nunjucks.Environment(null, {
    autoescape: true,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  const compile = (name: keyof TemplateTexts): Template => {
    const template = new nunjucks.Template(texts[name], environment, TEMPLATE_FILES[name]);
    return (values, mark) => {
      refuseUnfit(values, name);
      const markup = mark && new nunjucks.runtime.SafeString(serializeXml(mark));
      // The templates have no carriage return of their own; a bare one would be read as a line
      // feed.
      return template
        .render({ ...values, mark: markup })
        .replaceAll('\r', '&#13;')
        .trim();
    };
  };
  return { domain: compile('domain'), network: compile('network'), volume: compile('volume') };
}

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
