import { isNvramVolume } from '../../model/index.js';
import { at, parseXml, serializeXml, textOf } from '../../xml/index.js';
import { variablesFile } from './own-files.js';
import { domainName, domainUuid } from './read.js';

/**
 * A domain whose firmware variables are a volume of ven's may have had others before, where libvirt
 * makes them when nobody says otherwise. The definition with these; null when its variables are no
 * volume of ven's. Pure.
 */
export function withFirstNvram(xml: string): string | null {
  const domain = parseXml(xml);
  const nvram = at(domain, 'os', 'nvram');
  if (!nvram || !isNvramVolume({ volume: textOf(nvram).trim() })) return null;
  const named = { domain: domainName(domain), uuid: domainUuid(domain) };
  nvram.children = [variablesFile(named, 'fd')];
  return serializeXml(domain);
}
