import type { ProvisionEvent } from '../../model/index.js';
import { oneLine } from '../text/words.js';

/** What was typed at; Enter alone, for a hidden prompt, was typed at nothing. */
export function answered({ prompt }: Extract<ProvisionEvent, { type: 'node-answered' }>): string {
  const shown = oneLine(prompt).trim();
  return shown === '' ? 'pressed Enter, to see a prompt' : `answered ${shown}`;
}
