import { readPackageFile } from '../host/index.js';
import type { Render } from '../model/index.js';
import { createRender } from '../render/index.js';

/** The text of a file of `templates/`, as installed with ven. */
export function readTemplate(name: string): string {
  return readPackageFile(`templates/${name}`);
}

/** The renderer over ven's own templates. */
export function openRender(): Render {
  return createRender({
    domain: readTemplate('domain.xml.njk'),
    network: readTemplate('network.xml.njk'),
    volume: readTemplate('volume.xml.njk'),
  });
}
