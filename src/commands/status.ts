import { Flags } from '@oclif/core';
import { openStatus } from '../operations/index.js';
import { fleetFile, json, showStatus, VenCommand } from '../cli/index.js';

export default class Status extends VenCommand {
  static override args = fleetFile;
  static override summary =
    'Show each VM as it stands on the host, its stage, and what the orchestrator says of it.';
  static override description =
    'MADE: an apply has made it whole. SERIAL: its serial number, by which the ' +
    'orchestrator knows it. STAGE: how far it is on its way to ready, or in which stage it ' +
    'failed. ORCHESTRATOR: its words for the host. Columns that would be empty are left out. ' +
    'Changes nothing and needs no lock.';
  static override flags = {
    json: json('the state'),
    watch: Flags.boolean({
      char: 'w',
      summary: 'Show it again whenever it changes, until Ctrl-C; with --json one object a line.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const status = openStatus({ file: args.fleet, env: process.env });
    await showStatus({ status, json: flags.json, watch: flags.watch, style: this.style });
  }
}
