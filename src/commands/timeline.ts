import { timeline } from '../operations/index.js';
import { TIMELINE_VIEWS } from '../view/index.js';
import {
  type About,
  showText,
  SOME_VMS_USAGE,
  someVms,
  someVmsOf,
  VenCommand,
  viewFlags,
  hostFlags,
} from '../cli/index.js';

export default class Timeline extends VenCommand {
  static override about: About = { group: 'Look', uses: ['fleet', 'hostName', 'records'] };
  static override args = someVms;
  static override strict = false;
  static override usage = SOME_VMS_USAGE;
  static override summary = 'Show where the nodes spent their time between power-on and ready.';
  static override description =
    'Read from the records that ven provision writes. Asks no host, changes nothing, ' +
    'and needs no lock.';
  static override examples = [
    '$ ven timeline',
    '$ ven timeline edge-1 edge-2 fleets/lab.yaml',
    '$ ven timeline --html timeline.html',
  ];
  static override flags = { ...hostFlags, ...viewFlags(TIMELINE_VIEWS) };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Timeline);
    const { vms, ...fleet } = await someVmsOf(argv, flags);
    const drawn = timeline({ ...fleet, vms, env: process.env });
    await showText(TIMELINE_VIEWS, drawn, { flags, ...fleet });
  }
}
