import { Flags } from '@oclif/core';
import { orchestratorHosts } from '../../operations/index.js';
import { hostsJson, hostsText } from '../../view/index.js';
import {
  type About,
  secretAsker,
  fleetFile,
  json,
  VenCommand,
  stdout,
  whileNotStopped,
  fleetOf,
  fleetFlags,
} from '../../cli/index.js';

export default class OrchestratorHosts extends VenCommand {
  static override about: About = { group: 'Orchestrator', uses: ['fleet', 'orchestrator'] };
  static override args = fleetFile;
  static override summary = "Show this fleet's hosts as the orchestrator knows them.";
  static override examples = ['$ ven orchestrator hosts', '$ ven orchestrator hosts --all --json'];
  static override flags = {
    ...fleetFlags,
    json: json('the hosts'),
    all: Flags.boolean({ char: 'a', summary: 'Show all hosts of the project.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OrchestratorHosts);
    const { file } = await fleetOf(flags, args.fleet);
    const hosts = await whileNotStopped((signal) =>
      orchestratorHosts({
        file,
        env: process.env,
        askSecret: secretAsker(),
        signal,
        all: flags.all,
      }),
    );
    stdout(flags.json ? hostsJson(hosts) : hostsText(hosts, this.style));
  }
}
