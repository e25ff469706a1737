/**
 * What ven uses of dagre. Its own declarations import without file endings, which TypeScript does
 * not resolve for ES modules.
 */
declare module '@dagrejs/dagre' {
  interface Sized {
    width: number;
    height: number;
  }
  interface Place {
    x: number;
    y: number;
  }
  export class Graph {
    setGraph(options: {
      rankdir: 'TB';
      nodesep: number;
      edgesep: number;
      ranksep: number;
      rankalign: 'top';
    }): void;
    setNode(id: string, size: Sized): void;
    setEdge(from: string, to: string, edge: { minlen: number }): void;
    /** After `layout`. Where the middle of a node is. */
    node(id: string): Sized & Place;
    edge(from: string, to: string): { points: Place[] };
    edges(): { v: string; w: string }[];
    graph(): Sized;
  }
  export function layout(graph: Graph): void;
}
