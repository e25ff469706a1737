/** docs/troubleshooting.md: exit codes, error codes, rules of the fleet file. */
import { EXITS } from '../../src/cli/about.ts';
import { ERRORS, EXIT, FINDING_RULES } from '../../src/model/index.ts';
import { banner, table, wrapped, type GeneratedPage } from './page.ts';

function render(): string {
  const codes = Object.entries(ERRORS).sort(([a], [b]) => (a < b ? -1 : 1));
  const rules = Object.entries(FINDING_RULES).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${[
    banner('src/model/errors.ts and src/model/finding-rules.ts'),
    '# Troubleshooting',
    wrapped(
      'Look up what ven said: by the [exit code](#exit-codes) of the command, by the ' +
        '[error code](#error-codes) that `--json` has as `error.code`, or by the ' +
        '[rule](#rules-of-the-fleet-file) in brackets behind a mistake of the fleet file.',
    ),
    wrapped(
      '`ven doctor` checks whether this host is ready. `ven bundle` collects what a helper ' +
        'needs, without secrets. When a node does not come up, see ' +
        '[Boot and console](boot.md) and [Onboarding](onboarding.md).',
    ),
    '## Exit codes',
    table(
      ['code', 'means', 'error codes'],
      (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [
        String(EXIT[name]),
        EXITS[name],
        codes
          .filter(([, { exitCode }]) => exitCode === EXIT[name])
          .map(([code]) => `[${code}](#${code})`)
          .join(', '),
      ]),
    ),
    '## Error codes',
    ...codes.flatMap(([code, { exitCode, means, why, todo }]) => [
      `### ${code}`,
      wrapped(`${means} Exit code ${exitCode}.`),
      ['Why:', '', ...why.map((line) => wrapped(line, '- ', '  '))].join('\n'),
      ['What to do:', '', ...todo.map((line) => wrapped(line, '- ', '  '))].join('\n'),
    ]),
    '## Rules of the fleet file',
    wrapped(
      'ven shows all mistakes of a file at once, each with its place, a hint and its rule, and ' +
        'changes nothing. Rules are in brackets behind the message, and `rule` in `--json`.',
    ),
    table(
      ['rule', 'means', 'what to do'],
      rules.map(([rule, { means, todo }]) => [`\`${rule}\``, means, todo]),
    ),
  ].join('\n\n')}\n`;
}

export const troubleshooting: GeneratedPage = { path: 'docs/troubleshooting.md', render };
