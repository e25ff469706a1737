import { Flags } from '@oclif/core';
import { orchestratorAuthority } from '../../operations/index.js';
import {
  type About,
  fleetFile,
  VenCommand,
  stderr,
  stdout,
  whileNotStopped,
  fleetOf,
  fleetFlags,
} from '../../cli/index.js';

export default class OrchestratorCa extends VenCommand {
  static override about: About = { group: 'Orchestrator', uses: ['fleet', 'orchestrator'] };
  static override args = fleetFile;
  static override summary = "Fetch the certificate of the orchestrator's authority.";
  static override description =
    'Prints it as PEM: the file for caCertificate, which need not exist yet. The server must ' +
    'show a certificate with the fingerprint: its own, or that of an authority. Nothing is sent ' +
    'to another one; exit code 6.';
  static override examples = ['$ ven orchestrator ca --fingerprint 5F:3A:…:9C --out certs/ca.pem'];
  static override flags = {
    ...fleetFlags,
    fingerprint: Flags.string({
      required: true,
      helpValue: 'SHA256',
      summary: 'SHA-256 of a certificate of the server, from its owner: 64 hex digits.',
    }),
    out: Flags.string({
      helpValue: 'FILE',
      summary: 'Write it to this file instead.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OrchestratorCa);
    const { file } = await fleetOf(flags, args.fleet);
    const { fingerprint, out } = flags;
    const pem = await whileNotStopped(() =>
      orchestratorAuthority({ file, env: process.env, fingerprint, out }),
    );
    if (out === undefined) stdout(pem);
    else stderr(`Wrote ${out}.\n`);
  }
}
