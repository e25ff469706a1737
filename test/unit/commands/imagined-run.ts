/** A program: what `ven apply` does around a run, with an imagined apply (see run.test.ts). */
import { carryOut } from '../../../src/cli/carry-out.js';
import { apply } from './imagined-operations.js';
import { flushedWith, stderr, survivePipes } from '../../../src/cli/output.js';

survivePipes();
let code = 1;
try {
  ({ exitCode: code } = await carryOut(
    {
      file: 'fleet.yaml',
      options: { mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
      lockTimeoutSeconds: 0,
      yes: process.argv.includes('--yes'),
      asked: process.argv.includes('--json') ? ['json'] : [],
      typed: ['apply'],
    },
    apply,
  ));
} catch (error) {
  stderr(`${String(error)}\n`);
}
process.exit(await flushedWith(code));
