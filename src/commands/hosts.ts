import { EXIT } from '../model/index.js';
import { hosts } from '../operations/index.js';
import { fleetHostsJson, fleetHostsText } from '../view/index.js';
import {
  type About,
  fleetFile,
  fleetOf,
  hostFlags,
  json,
  stdout,
  VenCommand,
  whileNotStopped,
} from '../cli/index.js';

export default class Hosts extends VenCommand {
  static override about: About = {
    group: 'Look',
    uses: ['fleet', 'host'],
    exits: { someVmsFailed: 'A host is away: it does not answer.' },
  };
  static override args = fleetFile;
  static override summary = 'Show each host of the fleet: its state, what it has, what is on it.';
  static override description =
    'All hosts are asked at once, and one that does not answer within some seconds is away. ' +
    'CPUS and MEMORY: what the VMs there have, of what VMs may have (reserve and overcommit of ' +
    'the fleet file). OTHERS: domains that are not of the fleet file. Columns that a narrow ' +
    'terminal has no room for are left out, and named. ' +
    'Changes nothing and needs no lock.';
  static override examples = ['$ ven hosts', '$ ven hosts fleets/lab.yaml --json'];
  static override flags = { ...hostFlags, json: json('the hosts') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Hosts);
    const fleet = await fleetOf(flags, args.fleet);
    const listed = await whileNotStopped((signal) => hosts({ ...fleet, env: process.env, signal }));
    stdout(flags.json ? fleetHostsJson(listed) : fleetHostsText(listed, this.style));
    if (listed.hosts.some(({ state }) => state === 'away')) process.exitCode = EXIT.someVmsFailed;
  }
}
