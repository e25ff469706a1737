import { EXIT } from '../../model/index.js';
import { serveBmcs } from '../../operations/index.js';
import { bmcEventJson, bmcEventText } from '../../view/index.js';
import {
  type About,
  fleetFile,
  fleetOf,
  hostFlags,
  json,
  stderr,
  stdout,
  stopOnSignals,
  tellWaiting,
  VenCommand,
} from '../../cli/index.js';

export default class BmcServe extends VenCommand {
  static override about: About = { group: 'Nodes', uses: ['fleet', 'host', 'records'] };
  static override args = fleetFile;
  static override summary = 'Serve the BMCs of the VMs (Redfish), until Ctrl-C.';
  static override description =
    'A line for each service, with its address and the fingerprint of its certificate; then a ' +
    'line for each act of a client. It begins with "ready:" once all of them answer. Changes of ' +
    'the fleet file are followed. When it ends, or is killed, the VMs go on, and what clients ' +
    'have set stays. ven bmc install makes a service of it that starts with the machine.';
  static override examples = ['$ ven bmc serve', '$ ven bmc serve fleets/lab.yaml --json'];
  static override flags = { ...hostFlags, json: json('what happens, an event a line,') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BmcServe);
    const fleet = await fleetOf(flags, args.fleet);
    const stop = stopOnSignals();
    try {
      await serveBmcs({
        ...fleet,
        env: process.env,
        waiting: tellWaiting,
        version: this.config.version,
        signal: stop.signal,
        tell: (event) => {
          if (flags.json) stdout(bmcEventJson(event, new Date()));
          else if (event.type === 'warning') stderr(bmcEventText(event, this.style, new Date()));
          else stdout(bmcEventText(event, this.style, new Date()));
        },
      });
      if (stop.interrupted()) process.exitCode = EXIT.interrupted;
    } finally {
      stop.end();
    }
  }
}
