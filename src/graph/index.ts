/** A fleet as a graph, for pictures and for programs. Pure: from data to data. */
export { fleetGraph, type Seen } from './fleet-graph.js';
