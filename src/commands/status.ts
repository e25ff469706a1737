import { Flags } from '@oclif/core';
import { openStatus } from '../operations/index.js';
import {
  type About,
  json,
  showStatus,
  tellWaiting,
  VenCommand,
  hostFlags,
  SOME_VMS_USAGE,
  someVms,
  someVmsOf,
} from '../cli/index.js';

export default class Status extends VenCommand {
  static override about: About = {
    group: 'Look',
    uses: ['fleet', 'host', 'records', 'orchestrator'],
  };
  static override args = someVms;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary =
    'Show the state of each VM on the host, its stage, and its status in the orchestrator.';
  static override description =
    'MADE: an apply has completed the VM. SERIAL: its serial number, by which the ' +
    'orchestrator identifies it. STAGE: the stage that the node is in, or in which it failed. ' +
    'ORCHESTRATOR: the host status that it reports. Empty columns are left out, and so are ' +
    'those that a narrow terminal has no room for. ' +
    'Changes nothing and needs no lock.';
  static override examples = [
    '$ ven status',
    '$ ven status edge-1 edge-2',
    '$ ven status fleets/lab.yaml --watch',
  ];
  static override flags = {
    ...hostFlags,
    json: json('the state'),
    watch: Flags.boolean({
      char: 'w',
      summary: 'Show every change until Ctrl-C; with --json one object per line.',
    }),
    wide: Flags.boolean({
      summary: 'All columns, and the path of each console log, however narrow the terminal is.',
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Status);
    const status = openStatus({
      ...(await someVmsOf(argv, flags)),
      env: process.env,
      waiting: tellWaiting,
    });
    const { json, watch, wide } = flags;
    await showStatus({ status, json, watch, wide, style: this.style });
  }
}
