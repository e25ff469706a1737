import { isImpaired, isLimited, type HostFinding, type ResolvedFleet } from '../../model/index.js';
import type { Env } from '../exec.js';
import { noImpairment, noRate } from '../links/no-impairment.js';
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
      ok: 'latency, jitter and loss can be put on links (netem)',
    },
    { is: isLimited, why: noRate, ok: 'nothing is known against rates of links' },
  ].filter(({ is }) => links.some(is));
  return Promise.all(
    asked.map(async ({ why, ok }) => {
      const found = await why(env, uri);
      return found === null
        ? finding('links', 'ok', ok)
        : finding(
            'links',
            'missing',
            found.summary,
            `${found.hint}. Or take that out of the fleet file`,
          );
    }),
  );
}
