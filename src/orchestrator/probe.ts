import { VenError } from '../model/index.js';
import { Connections } from './connection.js';
import { failureOfThrown, type Asked } from './failures.js';
import type { Reach } from './options.js';
import { proxyFor } from './proxies.js';

/**
 * Checks whether anything answers at a URL, once and within `seconds`; over verified TLS for https.
 * The answer's content does not matter.
 * @throws VenError `orchestrator-unreachable`
 */
export async function checkAnswers(url: URL, reach: Reach, seconds: number): Promise<void> {
  const connections = new Connections(reach);
  const asked: Asked = {
    method: 'HEAD',
    url,
    project: null,
    proxy: proxyFor(url, reach),
    secrets: [],
  };
  try {
    await connections.ask(
      { method: 'HEAD', url, headers: {}, body: null },
      AbortSignal.timeout(seconds * 1000),
    );
  } catch (thrown) {
    throw thrown instanceof VenError ? thrown : failureOfThrown(asked, thrown, seconds).error;
  } finally {
    await connections.close();
  }
}
