import { doctor } from '../operations/index.js';
import { EXIT } from '../model/index.js';
import { doctorJson, doctorText } from '../view/index.js';
import {
  type About,
  json,
  VenCommand,
  stdout,
  tellWaiting,
  fleetFile,
  fleetOrNone,
  hostFlags,
} from '../cli/index.js';

export default class Doctor extends VenCommand {
  static override about: About = {
    group: 'Begin',
    uses: ['fleet', 'host', 'vagrant', 'orchestrator'],
  };
  static override args = fleetFile;
  static override summary =
    'Check whether this host is ready for the fleet, and show how to fix what is not.';
  static override description =
    'Takes a few seconds: it tries KVM with a tiny VM. Exit code 7 if something required ' +
    'is missing. Without any fleet file: for one VM with all defaults.';
  static override examples = ['$ ven doctor', '$ ven doctor fleets/lab.yaml --json'];
  static override flags = { ...hostFlags, json: json('the findings') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Doctor);
    const { file, connect } = await fleetOrNone(flags, args.fleet);
    const findings = await doctor({ file, connect, env: process.env, waiting: tellWaiting });
    stdout(flags.json ? doctorJson(findings) : doctorText(findings, this.style));
    if (findings.some(({ level }) => level === 'missing')) process.exitCode = EXIT.hostNotReady;
  }
}
