import { Args } from '@oclif/core';
import { validateAll, type Validated } from '../operations/index.js';
import { VenError } from '../model/index.js';
import { errorText, styleOf, validationJson, validText } from '../view/index.js';
import {
  type About,
  fleetFlags,
  fleetsOf,
  json,
  stderr,
  stdout,
  VenCommand,
} from '../cli/index.js';

export default class Validate extends VenCommand {
  static override about: About = { group: 'Begin', uses: ['fleet'] };
  static override args = {
    fleet: Args.string({
      description:
        'fleet files: paths, folders with a fleet.yaml in them, or - for standard input ' +
        '[default: ./fleet.yaml]',
      ignoreStdin: true,
    }),
  };
  static override strict = false;
  static override usage = '[FLEET...] [FLAGS]';
  static override summary = 'Check fleet files, and the profiles that they name, without a host.';
  static override description =
    'Shows all mistakes at once, each with its place and how to correct it. Exit code 3 if ' +
    'there are any.';
  static override examples = [
    '$ ven validate',
    '$ ven validate fleets/*.yaml',
    '$ ven validate fleets/lab.yaml --json',
  ];
  static override flags = { ...fleetFlags, json: json('the result') };

  #isTold = false;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Validate);
    const checked = await validateAll(fleetsOf(argv, flags), process.env);
    const error = errorOf(checked);
    // A wrong file is a result too: it has the same form as a right one.
    this.#isTold =
      flags.json && (checked.length > 1 || error === null || error.code === 'fleet-file');
    if (this.#isTold) stdout(validationJson(checked));
    else for (const { file, fleet } of checked) if (fleet) stdout(validText(fleet, file));
    if (error) throw error;
  }

  protected override catch(error: Error): Promise<void> {
    return this.#isTold ? Promise.reject(error) : super.catch(error);
  }
}

/** What is wrong with any of them: all mistakes are told together, what has none by itself. */
function errorOf(checked: readonly Validated[]): VenError | null {
  const errors = checked.flatMap(({ error }) => error ?? []);
  const findings = errors.flatMap((error) => error.findings);
  const others = errors.filter((error) => error.findings.length === 0);
  const [only, ...more] = errors;
  if (only === undefined || more.length === 0) return only ?? null;
  const last = findings.length === 0 ? others.pop() : undefined;
  for (const error of others) stderr(errorText(error, styleOf(process.stderr, process.env)));
  return last ?? new VenError('fleet-file', { summary: 'Fleet files have mistakes', findings });
}
