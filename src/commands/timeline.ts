import { Flags } from '@oclif/core';
import { saveText, timeline } from '../operations/index.js';
import { loadTimelineHtml, timelineJson, timelineText } from '../view/index.js';
import {
  json,
  SOME_VMS_USAGE,
  someVms,
  someVmsOf,
  VenCommand,
  stderr,
  stdout,
} from '../cli/index.js';

export default class Timeline extends VenCommand {
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
  static override flags = {
    json: json('the stages with their times'),
    html: Flags.string({
      helpValue: 'FILE',
      summary: 'Write a self-contained HTML page.',
      exclusive: ['json'],
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Timeline);
    const { vms, file } = someVmsOf(argv);
    const drawn = timeline({ file, vms, env: process.env });
    if (flags.html === undefined)
      stdout(flags.json ? timelineJson(drawn) : timelineText(drawn, this.style, file));
    else {
      saveText(flags.html, (await loadTimelineHtml())(drawn, new Date().toISOString(), file));
      stderr(`Wrote ${flags.html}. Open it in a browser.\n`);
    }
  }
}
