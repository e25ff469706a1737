import type { FleetGraph } from '../../model/index.js';
import { jsonText } from '../text/json.js';

/** `alike`: see `pictureOf`. */
type GraphView = (graph: FleetGraph, alike: number) => Promise<string>;

const picture = async (graph: FleetGraph, alike: number) =>
  (await import('./picture.js')).pictureOf(graph, alike);

/** The formats of `ven graph`. Each text ends in a newline. */
export const GRAPH_VIEWS = {
  svg: async (graph, alike) => (await import('./svg.js')).graphSvg(await picture(graph, alike)),
  mermaid: async (graph, alike) =>
    (await import('./mermaid.js')).graphMermaid(await picture(graph, alike)),
  dot: async (graph, alike) => (await import('./dot.js')).graphDot(await picture(graph, alike)),
  json: (graph) => Promise.resolve(jsonText(graph, 'lines')),
} satisfies Record<string, GraphView>;

export type GraphFormat = keyof typeof GRAPH_VIEWS;
