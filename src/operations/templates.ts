import { readPackageFile } from '../host/index.js';
import type { Render } from '../model/index.js';
import { createRender, TEMPLATE_FILES } from '../libvirt/index.js';

/** The text of a file of `templates/`, as installed with ven. */
export function readTemplate(name: string): string {
  return readPackageFile(`templates/${name}`);
}

/** The renderer over ven's own templates. */
export function openRender(): Render {
  return createRender({
    domain: readTemplate(TEMPLATE_FILES.domain),
    network: readTemplate(TEMPLATE_FILES.network),
    volume: readTemplate(TEMPLATE_FILES.volume),
  });
}
