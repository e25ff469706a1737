import { isImpaired, type HostFinding, type ResolvedFleet } from '../../model/index.js';
import type { Env } from '../exec.js';
import { noImpairment } from '../links/no-impairment.js';
import { finding } from './finding.js';

/** Of a fleet that has impaired links: whether they can be made here. */
export async function linkFindings(
  { vms }: ResolvedFleet,
  env: Env,
  uri: string,
): Promise<HostFinding[]> {
  if (!vms.some(({ nics }) => nics.some(({ link }) => link && isImpaired(link)))) return [];
  const why = await noImpairment(env, uri);
  return [
    why === null
      ? finding('links', 'ok', 'latency, jitter and loss can be put on links (netem)')
      : finding('links', 'missing', why.summary, why.hint),
  ];
}
