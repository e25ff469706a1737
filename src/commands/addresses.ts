import { addresses } from '../operations/index.js';
import { fleetFile, VenCommand, stdout, fleetFlags, fleetOf } from '../cli/index.js';

/** For the completion scripts. Silent about a wrong fleet file: the user is typing. */
export default class Addresses extends VenCommand {
  static override args = fleetFile;
  static override hidden = true;
  static override summary = 'Print the addresses of a fleet file, one a line.';

  static override flags = fleetFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Addresses);
    try {
      const { file } = await fleetOf(flags, args.fleet);
      stdout(
        addresses({ file, env: process.env })
          .map((address) => `${address}\n`)
          .join(''),
      );
    } catch {
      process.exitCode = 1;
    }
  }
}
