import { readPackageFile } from '../host/index.js';

/** The text of a file of `templates/`, as installed with ven. */
export function readTemplate(name: string): string {
  return readPackageFile(`templates/${name}`);
}
