// The layout of small graphs, by dagre. Loaded in a worker only.
import { Graph, layout } from "@dagrejs/dagre";
import { NODE_HEIGHT, NODE_WIDTH, type GraphInput, type GraphLayout } from "./layout.ts";

export function layoutSmall(input: GraphInput): GraphLayout {
  const graph = new Graph();
  graph.setGraph({ rankdir: input.down ? "TB" : "LR", nodesep: 14, ranksep: 40, edgesep: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  input.ids.forEach((_, i) => graph.setNode(String(i), { width: NODE_WIDTH, height: NODE_HEIGHT }));
  for (const [from, to] of input.edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const nodes = input.ids.map((_, i) => graph.node(String(i)));
  const { width = NODE_WIDTH, height = NODE_HEIGHT } = graph.graph();
  const x = nodes.map((node) => node.x ?? 0), y = nodes.map((node) => node.y ?? 0);
  // Edges leave and reach a task in the middle of its side, whatever corner dagre found.
  const [dx, dy] = input.down ? [0, NODE_HEIGHT / 2] : [NODE_WIDTH / 2, 0];
  const path = ([from, to]: readonly [number, number]): number[] => {
    const between = (graph.edge(String(from), String(to)).points ?? []).slice(1, -1).flatMap((point: { x: number; y: number }) => [point.x, point.y]);
    return [(x[from] ?? 0) + dx, (y[from] ?? 0) + dy, ...(between.length > 2 ? between : []), (x[to] ?? 0) - dx, (y[to] ?? 0) - dy];
  };
  return { x, y, width, height, paths: input.edges.map(path) };
}
