/** Whether the orchestrator's servers answer this machine; a node may reach one that it can't. */
import { VenError, type HostFinding, type ResolvedFleet } from '../../model/index.js';
import type { Request } from '../load.js';
import { PORTS } from '../ports.js';

/** Time limit for one answer, connection included. */
const ANSWER_SECONDS = 5;

type Asking = Pick<Request, 'env' | 'ports'>;

/** Of the boot file's server, and of the API where the fleet file names one. */
export function answerFindings(
  { orchestrator }: Pick<ResolvedFleet, 'orchestrator'>,
  asking: Asking,
): Promise<HostFinding[]> {
  if (orchestrator === null) return Promise.resolve([]);
  const { bootUrl, domain } = orchestrator;
  const urls = [bootUrl, ...(domain === null ? [] : [`https://api.${domain}/`])];
  return Promise.all(urls.map((url) => answerFinding(new URL(url), orchestrator, asking)));
}

/** What is said before nodes are started that boot from a server which does not answer. */
export async function bootServerWarnings(
  { orchestrator }: Pick<ResolvedFleet, 'orchestrator'>,
  asking: Asking,
): Promise<string[]> {
  if (orchestrator === null) return [];
  const { level, message } = await answerFinding(
    new URL(orchestrator.bootUrl),
    orchestrator,
    asking,
  );
  return level === 'ok' ? [] : [`The nodes may not find what they boot: ${message}`];
}

/** Never worse than a warning. */
async function answerFinding(
  url: URL,
  { caCertificates, addresses }: NonNullable<ResolvedFleet['orchestrator']>,
  { env, ports = PORTS }: Asking,
): Promise<HostFinding> {
  const check = 'orchestrator';
  try {
    const reach = { caCertificates, addresses, env, userAgent: 'ven' };
    await ports.checkAnswers(url, reach, ANSWER_SECONDS);
    const how = url.protocol === 'https:' ? ', over verified TLS' : '';
    return { check, level: 'ok', message: `${url.origin} answers${how}`, fix: '' };
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return { check, level: 'warning', message: error.summary, fix: error.hint ?? '' };
  }
}
