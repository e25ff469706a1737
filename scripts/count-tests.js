/**
 * Prints `N passed, N failed`: the sum over a folder of vitest's JSON reports.
 * `count-tests.js FOLDER STATUS`; a status that is not 0 with no failed test (types, lint, set-up,
 * a crash) counts as one failed.
 * Plain JavaScript without packages: it must also run where the set-up failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, status] = process.argv.slice(2);
let [passed, failed] = [0, 0];
for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
}
if (status !== '0' && failed === 0) failed = 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
