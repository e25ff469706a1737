/** What a network's XML says. Pure. */
import { isBootOption, type NetworkFacts, type ObservedNetwork } from '../../model/index.js';
import { textAt, type XmlElement } from '../../xml/index.js';
import { bootMark, networkMark, temporaryMark } from '../marks.js';
import { dnsmasqOptions } from './dnsmasq.js';
import { networkFieldFacts } from './fields/index.js';

/** All that the text says of a network: which one it is, its marks, its facts. */
export type NetworkReading = NetworkFacts &
  Pick<ObservedNetwork, 'uuid' | 'name' | 'mark' | 'boot' | 'otherBoot' | 'temporaryFor'>;

export function networkFacts(network: XmlElement): NetworkReading {
  const boot = bootMark(network);
  const mark = networkMark(network);
  const temporary = temporaryMark(network);
  return {
    uuid: (textAt(network, 'uuid') ?? '').trim().toLowerCase(),
    name: textAt(network, 'name') ?? '',
    mark,
    ...networkFieldFacts(network),
    boot: boot && { url: boot.url, fleets: boot.fleets },
    otherBoot:
      mark === null
        ? dnsmasqOptions(network).filter(
            (option) => isBootOption(option) && boot?.options.includes(option) !== true,
          )
        : [],
    temporaryFor: temporary && {
      network: temporary.network,
      user: temporary.user,
      // No XML tells.
      atWork: false,
    },
  };
}
