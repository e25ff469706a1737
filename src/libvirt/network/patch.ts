import type { PlannedNetwork } from '../../model/index.js';
import { parseXml, serializeXml } from '../../xml/index.js';
import type { Templates } from '../templates.js';
import { patchNetworkField } from './fields/index.js';
import { renderNetwork } from './write.js';

/**
 * Brings the named fields of a definition to what the fleet file says, and leaves all else in it.
 * Idempotent.
 * @throws VenError when `current` is not XML; Error for a field it does not know.
 */
export function patchNetwork(
  templates: Templates,
  current: string,
  wanted: PlannedNetwork,
  fleet: string,
  fields: readonly string[],
): string {
  const network = parseXml(current);
  const fresh = parseXml(renderNetwork(templates, wanted, fleet));
  for (const field of fields) patchNetworkField({ network, fresh }, field);
  return serializeXml(network);
}
