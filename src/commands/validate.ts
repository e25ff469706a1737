import { validate } from '../operations/index.js';
import { fileName, VenError } from '../model/index.js';
import { validationJson, validText } from '../view/index.js';
import {
  type About,
  fleetFile,
  json,
  VenCommand,
  stdout,
  fleetOf,
  fleetFlags,
} from '../cli/index.js';

export default class Validate extends VenCommand {
  static override about: About = { group: 'Begin', uses: ['fleet'] };
  static override args = fleetFile;
  static override summary = 'Check a fleet file, and the profile that it names, without a host.';
  static override description =
    'Shows all mistakes at once, each with its place and how to correct it. Exit code 3 if ' +
    'there are any.';
  static override examples = ['$ ven validate', '$ ven validate fleets/lab.yaml --json'];
  static override flags = { ...fleetFlags, json: json('the result') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Validate);
    const { file } = await fleetOf(flags, args.fleet);
    const fleet = validate({ file, env: process.env });
    stdout(flags.json ? validationJson(fleet, []) : validText(fleet, fileName(file)));
  }

  /** A wrong file is a result too: with `--json` it has the same form as a right one. */
  protected override catch(error: Error): Promise<void> {
    if (
      !(error instanceof VenError) ||
      error.code !== 'fleet-file' ||
      !this.argv.includes('--json')
    )
      return super.catch(error);
    stdout(validationJson(null, error.findings));
    return Promise.reject(error);
  }
}
