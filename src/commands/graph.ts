import { Flags } from '@oclif/core';
import { graph, saveText } from '../operations/index.js';
import { GRAPH_VIEWS, type GraphFormat } from '../view/index.js';
import {
  type About,
  fleetFile,
  fleetOf,
  graphFormatOf,
  hostFlags,
  stderr,
  stdout,
  tellWaiting,
  VenCommand,
} from '../cli/index.js';

const FORMATS = Object.keys(GRAPH_VIEWS) as GraphFormat[];

export default class Graph extends VenCommand {
  static override about: About = { group: 'Look', uses: ['fleet', 'host'] };
  static override args = fleetFile;
  static override summary = 'Draw the fleet: host, networks, VMs, and what a plan would change.';
  static override description = 'Changes nothing and needs no lock.';
  static override examples = [
    '$ ven graph --output fleet.svg',
    '$ ven graph fleets/lab.yaml --format mermaid --offline',
    '$ ven graph --format dot | dot -Tpdf > fleet.pdf',
  ];
  static override flags = {
    ...hostFlags,
    format: Flags.option({ options: FORMATS })({
      helpGroup: 'Output',
      summary:
        'svg: a picture; mermaid: for Markdown; dot: for Graphviz; json: for programs. ' +
        "Default: by the ending of --output's file (.svg, .mmd, .dot, .json), else svg.",
    }),
    output: Flags.string({
      helpGroup: 'Output',
      char: 'o',
      helpValue: 'FILE',
      summary: 'Write to this file instead of standard output.',
    }),
    offline: Flags.boolean({ summary: 'Draw the fleet file alone, without asking the host.' }),
    fold: Flags.integer({
      helpGroup: 'Output',
      min: 2,
      default: 4,
      helpValue: 'N',
      summary: 'Draw N and more alike VMs as one box.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Graph);
    const format = flags.format ?? graphFormatOf(flags.output);
    const drawn = await graph({
      ...{ ...(await fleetOf(flags, args.fleet)), env: process.env, waiting: tellWaiting },
      offline: flags.offline,
    });
    const text = await GRAPH_VIEWS[format](drawn, flags.fold);
    if (flags.output === undefined) {
      stdout(text);
      return;
    }
    saveText(flags.output, text);
    stderr(`Wrote ${flags.output}.\n`);
  }
}
