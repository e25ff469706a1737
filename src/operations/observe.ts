import type { HostState } from '../model/index.js';
import { loadOnHost, secretReader, type Request } from './load.js';
import { openHost } from './open.js';

/** What the host has of the fleet, and what is in its way. `signal` ends the questions. */
export function observe(
  request: Request & { signal?: AbortSignal | undefined },
): Promise<HostState> {
  const readSecret = secretReader(request);
  const fleet = loadOnHost(request, readSecret);
  return openHost(fleet, request, readSecret).observe(fleet, request.signal);
}
