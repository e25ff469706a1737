/** What a link can't be, and a schema can't say. */
import {
  delayFault,
  jitterFault,
  millisecondsIn,
  rateFault,
  type FleetLink,
  type LinkFault,
} from '../../model/index.js';
import type { Path } from '../source/source.js';
import type { Report } from './report.js';

export function checkLink(link: FleetLink, path: Path, report: Report): void {
  const { rate, latency = '', jitter = '' } = link;
  const check = (fault: LinkFault | null, ...at: string[]): void => {
    if (fault !== null) report({ rule: 'link', path: [...path, ...at], ...fault });
  };
  if (typeof rate === 'string') check(rateFault(rate), 'rate');
  else
    for (const way of ['in', 'out'] as const)
      if (rate?.[way] !== undefined) check(rateFault(rate[way]), 'rate', way);
  check(delayFault(latency), 'latency');
  check(delayFault(jitter), 'jitter');
  const delays = { latency: millisecondsIn(latency) ?? 0, jitter: millisecondsIn(jitter) ?? 0 };
  check(jitterFault(delays), 'jitter');
}
