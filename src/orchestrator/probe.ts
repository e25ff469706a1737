import { VenError } from '../model/index.js';
import { Connections } from './connection.js';
import { failureOfThrown, type Asked } from './failures.js';
import type { Reach } from './options.js';
import { proxyFor } from './proxies.js';

/**
 * Whether anything answers at a URL, over verified TLS where it is one of https, once and within `seconds`. What it answers does not
 * count. @throws VenError `orchestrator-unreachable`
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
