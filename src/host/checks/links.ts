import { isImpaired, isLimited, type HostFinding, type ResolvedFleet } from '../../model/index.js';
import type { Env } from '../exec.js';
import { knowsRates, noImpairment, noRate, OF_RATES } from '../links/no-impairment.js';
import { finding } from './finding.js';

/** Of a fleet that has bad links: whether they can be made here. */
export async function linkFindings(
  { vms }: ResolvedFleet,
  env: Env,
  uri: string,
): Promise<HostFinding[]> {
  const links = vms.flatMap(({ nics }) => nics.flatMap(({ link }) => link ?? []));
  const asked = [
    {
      is: isImpaired,
      why: noImpairment,
      ok: finding('links', 'ok', 'latency, jitter and loss can be put on links (netem)'),
    },
    { is: isLimited, why: noRate, ok: ratesFinding(uri) },
  ].filter(({ is }) => links.some(is));
  return Promise.all(
    asked.map(async ({ why, ok }) => {
      const found = await why(env, uri);
      return found === null
        ? ok
        : finding(
            'links',
            'missing',
            found.summary,
            `${found.hint}. Or take that out of the fleet file`,
          );
    }),
  );
}

function ratesFinding(uri: string): HostFinding {
  if (knowsRates(uri)) return finding('links', 'ok', 'nothing is known against rates of links');
  return finding(
    'links',
    'unknown',
    'Whether the kernel of the host can keep to rates of links was not checked',
    `As root on the host: modprobe -a ${Object.keys(OF_RATES).join(' ')}`,
  );
}
