import { Args } from '@oclif/core';
import { doctor } from '../operations/index.js';
import { EXIT } from '../model/index.js';
import { doctorJson, doctorText } from '../view/index.js';
import { type About, json, VenCommand, stdout, tellWaiting } from '../cli/index.js';

export default class Doctor extends VenCommand {
  static override about: About = {
    group: 'Begin',
    uses: ['fleet', 'host', 'vagrant', 'orchestrator'],
  };
  static override args = {
    fleet: Args.string({
      description:
        'the fleet file; default: ./fleet.yaml, else a fleet of one VM with all defaults',
    }),
  };
  static override summary =
    'Check whether this host is ready for the fleet, and show how to fix what is not.';
  static override description =
    'Takes a few seconds: it tries KVM with a tiny VM. Exit code 7 if something required ' +
    'is missing.';
  static override examples = ['$ ven doctor', '$ ven doctor fleets/lab.yaml --json'];
  static override flags = { json: json('the findings') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Doctor);
    const findings = await doctor(args.fleet, { env: process.env, waiting: tellWaiting });
    stdout(flags.json ? doctorJson(findings) : doctorText(findings, this.style));
    if (findings.some(({ level }) => level === 'missing')) process.exitCode = EXIT.hostNotReady;
  }
}
