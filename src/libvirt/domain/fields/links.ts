/**
 * The link of a NIC: its cable and its rate are libvirt's to hold; latency, loss and the like stand
 * in the definition, and are put on the tap of a running VM (`HostState.impairments`).
 */
import {
  GOOD_LINK,
  impairmentOf,
  isGood,
  NO_IMPAIRMENT,
  wholeLinkText,
  type Impairment,
  type Link,
  type ObservedNic,
  type ResolvedNic,
} from '../../../model/index.js';
import { attribute, child, childrenNamed, type XmlElement } from '../../../xml/index.js';
import { setNamed } from '../../edit.js';
import { definedImpairments, setImpairment } from '../impairments.js';
import { wholeNumber, type Comparison, type Difference, type Patch } from './field.js';

/** Where they stand in an `<interface>`. */
export const LINK_PLACES: readonly string[] = ['link', 'bandwidth'];

/** What an `<interface>` says; the rest is in the domain. */
export function readLink(
  nic: XmlElement,
  impairment: Impairment = NO_IMPAIRMENT,
): Pick<ObservedNic, 'link'> {
  const limit = (way: string): number | null =>
    wholeNumber(attribute(child(child(nic, 'bandwidth'), way), 'average'));
  const link: Link = {
    state: attribute(child(nic, 'link'), 'state') === 'down' ? 'down' : 'up',
    rate: { in: limit('inbound'), out: limit('outbound') },
    ...impairment,
  };
  return isGood(link) ? {} : { link };
}

/** Makes an `<interface>` have cable and rate of another. */
export function takeLink(nic: XmlElement, from: XmlElement): void {
  for (const name of LINK_PLACES)
    setNamed(nic, name, childrenNamed(from, name), ['mac', 'source', 'target', 'model']);
}

/** The rest of a NIC's link, in the definition's metadata. */
export function patchImpairment({ domain, fresh }: Patch, mac: string): void {
  const wanted = definedImpairments(fresh).get(mac.toLowerCase());
  const before = definedImpairments(domain).get(mac.toLowerCase());
  if (wanted ?? before) setImpairment(domain, mac, wanted ?? null);
}

/**
 * How a NIC's link differs. `live`: null when the VM does not run. What becomes of the packets of a
 * tap that can't be seen is not compared.
 */
export function compareLink(
  nic: ResolvedNic,
  config: Pick<ObservedNic, 'link'>,
  live: ObservedNic | null,
  { impairments }: Comparison['around'],
): Difference {
  const path = `nics.${nic.mac}`;
  const wanted = nic.link ?? GOOD_LINK;
  const defined = config.link ?? GOOD_LINK;
  const onTap = live?.tap == null ? undefined : impairments.get(live.tap);
  const running =
    live === null ? wanted : { ...(live.link ?? GOOD_LINK), ...(onTap ?? impairmentOf(wanted)) };
  const [after, inConfig, inLive] = [wanted, defined, running].map(wholeLinkText);
  if (inConfig === after && inLive === after) return {};
  const before = inConfig === after ? inLive : inConfig;
  return {
    define: inConfig === after ? [] : [path],
    live: inLive === after ? [] : [nic.mac],
    fields: [{ path: `${path}.link`, before: before ?? '', after: after ?? '', effect: 'live' }],
  };
}
