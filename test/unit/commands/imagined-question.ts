/** A program: asks for a secret as commands do, and writes into a file what came of it (see ask-secret.test.ts). */
import { writeFileSync } from 'node:fs';
import { secretAsker } from '../../../src/cli/ask-secret.js';
import { survivePipes } from '../../../src/cli/output.js';
import { whileNotStopped } from '../../../src/cli/stop.js';
import { VenError } from '../../../src/model/index.js';

survivePipes();
const [file = '', how] = process.argv.slice(2);
const ask = async (signal: AbortSignal): Promise<string> =>
  (await secretAsker()?.('Password', signal, how === 'shown')) ?? '';
const work: Record<string, () => Promise<string>> = {
  limited: async () => {
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort(new VenError('interrupted', { summary: 'The time is up' }));
    }, 500);
    return whileNotStopped((stop) => ask(AbortSignal.any([stop, limit.signal]))).finally(() => {
      clearTimeout(timer);
    });
  },
  // Nothing tells it that its terminal goes away, but the terminal.
  deaf: async () => {
    process.on('SIGHUP', () => undefined);
    return ask(new AbortController().signal);
  },
};
try {
  const answer = await (work[how ?? ''] ?? (() => whileNotStopped(ask)))();
  writeFileSync(file, `got ${answer}`);
} catch (error) {
  if (!(error instanceof VenError)) throw error;
  writeFileSync(file, error.summary);
  process.exitCode = error.exitCode;
}
