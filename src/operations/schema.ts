import { readPackageFile } from '../host/index.js';

/** What has a schema. */
export const SCHEMAS = ['fleet', 'profile'] as const;

/** The JSON Schema of a fleet file or a profile, as JSON. */
export function schema(of: (typeof SCHEMAS)[number]): string {
  return readPackageFile(`schemas/${of}.schema.json`);
}
