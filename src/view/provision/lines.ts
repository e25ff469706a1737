import type { Address, ProvisionEvent } from '../../model/index.js';
import { answered } from './answered.js';
import { paint, type Style } from '../text/style.js';
import type { Progress, Write } from '../apply/progress.js';
import { count, duration, oneLine } from '../text/words.js';

/** One line a transition, nothing drawn twice: for logs and pipes. */
export function provisionLines(write: Write, style: Style): Progress<ProvisionEvent> {
  /** Each node's stage, and since when. */
  const stages = new Map<Address, { title: string; since: number | null }>();
  let widest = 0;
  const line = (address: Address | null, text: string): void => {
    write(address === null ? `${text}\n` : `${address.padEnd(widest)}  ${text}\n`);
  };

  const emit = (event: ProvisionEvent): void => {
    switch (event.type) {
      case 'provision-started': {
        widest = Math.max(0, ...event.nodes.map(({ address }) => address.length));
        for (const { address, stage, title, enteredAt } of event.nodes) {
          if (stage !== null)
            stages.set(address, {
              title: title ?? stage,
              since: enteredAt ? Date.parse(enteredAt) : null,
            });
        }
        const ready = event.nodes.filter(({ outcome }) => outcome === 'ready').length;
        const known = ready === 0 ? '' : `; ${ready} ready since before`;
        line(
          null,
          `${event.fleet}: ${count(event.nodes.length, 'node')} to ${event.until} ` +
            `(${event.flow}, profile ${event.profile})${known}.`,
        );
        break;
      }
      case 'node-started':
        stages.delete(event.address);
        line(event.address, paint(style, 'dim', 'started'));
        break;
      case 'node-registered':
        line(
          event.address,
          `${event.already ? 'known to the orchestrator' : 'registered'} ` +
            `as ${oneLine(event.id)} (${event.serialNumber})`,
        );
        break;
      case 'stage-reached': {
        const at = Date.parse(event.time);
        const before = stages.get(event.address);
        const spent =
          before?.since === null || before === undefined
            ? ''
            : duration(Math.max(0, at - before.since) / 1000);
        const after =
          spent === '' ? '' : ` (${before?.title}: ${event.late ? 'at most ' : ''}${spent})`;
        stages.set(event.address, { title: oneLine(event.title), since: at });
        line(event.address, `${paint(style, 'cyan', oneLine(event.title))}${oneLine(after)}`);
        break;
      }
      case 'node-answered':
        line(event.address, paint(style, 'dim', answered(event)));
        break;
      case 'node-recovering':
        line(
          event.address,
          paint(
            style,
            'yellow',
            `recovering from ${oneLine(event.trouble)}, ` +
              `${event.attempt} of ${event.atMost}: ${oneLine(event.line).trim()}`,
          ),
        );
        break;
      case 'provision-warning':
        line(event.address, paint(style, 'yellow', `warning: ${oneLine(event.message)}`));
        break;
      case 'node-finished':
        line(
          event.address,
          `${ending(event, stages.get(event.address)?.title ?? '', style)} ` +
            `(${duration(event.durationSeconds)})`,
        );
        break;
      case 'node-output':
      case 'provision-finished':
        break; // the output is in the logs; the result is told by its own view
    }
  };
  return { emit, close: () => Promise.resolve() };
}

function ending(
  { outcome, failure }: Extract<ProvisionEvent, { type: 'node-finished' }>,
  stage: string,
  style: Style,
): string {
  const where = stage === '' ? '' : ` in ${oneLine(stage)}`;
  switch (outcome) {
    case 'ready':
      return paint(style, 'green', 'ready');
    case 'reached':
      return paint(style, 'green', `reached ${oneLine(stage)}`);
    case 'failed':
      return paint(
        style,
        'red',
        `failed${where}: ` +
          (failure === null ? '' : `${failure.class}: ${oneLine(failure.message)}`),
      );
    case 'left':
      return paint(style, 'yellow', `not ended${where.replace(/^ /, ', ')}`);
  }
}
