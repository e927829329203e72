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
  return { x: nodes.map((node) => node.x ?? 0), y: nodes.map((node) => node.y ?? 0), width, height,
    paths: input.edges.map(([from, to]) => (graph.edge(String(from), String(to)).points ?? []).flatMap((point: { x: number; y: number }) => [point.x, point.y])) };
}
