/**
 * Prints `N passed, N failed`: the sum over a folder of vitest's JSON reports. What was skipped
 * stands on lines before it, by name, so that nothing is left out in silence.
 * `count-tests.js FOLDER STATUS`; a status that is not 0 with no failed test (types, lint, set-up,
 * a crash) counts as one failed.
 * Plain JavaScript without packages: it must also run where the set-up failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const [folder, status] = process.argv.slice(2);
let [passed, failed] = [0, 0];
for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { name: file, assertionResults } of report.testResults)
    for (const { status, fullName } of assertionResults)
      if (status === 'skipped' || status === 'pending' || status === 'todo')
        process.stdout.write(`skipped: ${relative('.', file)}: ${fullName}\n`);
}
if (status !== '0' && failed === 0) failed = 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
