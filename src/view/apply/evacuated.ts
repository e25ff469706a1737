import { venCommand, type Plan, type RunResult } from '../../model/index.js';
import { folded } from '../text/prose.js';
import type { Style } from '../text/style.js';
import { listed, printable } from '../text/words.js';

interface Evacuated {
  plan: Plan;
  result: RunResult;
  /** For a shell: how a command names the fleet, with more words. */
  words: (...more: readonly string[]) => string;
}

/** What a host that was taken for dead still has, and what to do when it is back; else empty. */
export function evacuatedText({ plan, result, words }: Evacuated, style: Style): string {
  const { evacuate } = plan.options;
  const done = new Set(result.done);
  // Half-made here: as far as anybody can tell, an evacuation that was killed began it.
  const anew = plan.changes.filter(
    ({ address, evacuatedFrom, action, reason }) =>
      (evacuatedFrom !== undefined || (action === 'replace' && reason === 'half-made')) &&
      done.has(address),
  );
  const [first] = anew;
  if (evacuate === undefined || first === undefined) return '';
  const host = printable(evacuate);
  const target = anew.length === 1 ? first.address : 'vm.*';
  const lines = [
    `What ${host} had of ${listed(anew.map(({ address }) => address))} is still there. When it ` +
      'answers again, each VM that both hosts have is refused by the names of both, and nothing ' +
      `is deleted by itself. To delete the copies on ${host} then:`,
    `  ${venCommand('destroy', words('--target', `${target}@${host}`))}`,
    `If it never comes back, take ${host} out of the fleet file.`,
  ];
  return `${lines.map((line) => folded(line, style)).join('\n')}\n`;
}
