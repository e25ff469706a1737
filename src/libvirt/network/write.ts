import { bootOptions, type PlannedNetwork } from '../../model/index.js';
import { networkMarkElement } from '../marks.js';
import type { Templates } from '../templates.js';
import { macOfBridge } from './fields/place.js';

/** A network definition with ven's mark. */
export function renderNetwork(
  templates: Templates,
  network: PlannedNetwork,
  fleet: string,
): string {
  const prefix = network.subnet.cidr.split('/')[1];
  if (prefix === undefined)
    throw new Error(`${network.address}: ${network.subnet.cidr} has no prefix length`);
  return templates.network(
    {
      network,
      prefix,
      mac: macOfBridge(network.uuid),
      options: network.bootUrl === null ? [] : bootOptions(network.bootUrl),
    },
    networkMarkElement({ fleet, network: network.name, digest: network.digest }),
  );
}
