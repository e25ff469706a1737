import { bootOptions, type PlannedNetwork } from '../../model/index.js';
import { networkMarkElement } from '../marks.js';
import type { Templates } from '../templates.js';

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
      mac: bridgeMac(network.uuid),
      options: network.bootUrl === null ? [] : bootOptions(network.bootUrl),
    },
    networkMarkElement({ fleet, network: network.name, digest: network.digest }),
  );
}

/** libvirt would pick one at random, and another each time the network is recreated. */
function bridgeMac(uuid: string): string {
  const [a, b, c] = uuid.match(/[0-9a-f]{2}/g) ?? [];
  return ['52', '54', '00', a, b, c].join(':');
}
