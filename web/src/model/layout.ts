// Where the tasks of a graph lie, from left to right by what needs what. Small graphs are laid out by
// dagre (model/layout_small.ts), in a worker; this file has the types and the layout of large ones,
// which is linear in tasks and edges. Pure.

export interface GraphInput { ids: readonly string[]; edges: readonly (readonly [from: number, to: number])[] } // by place in ids
export interface GraphLayout { x: number[]; y: number[]; width: number; height: number; paths: readonly (readonly number[])[] } // centres; x,y,x,y,… of each edge

export const NODE_WIDTH = 172, NODE_HEIGHT = 34; // px; as in styles/graph.css
const GAP_X = 64, GAP_Y = 14;
const SWEEPS = 4;
export const LARGEST_SMALL = 300; // tasks that dagre lays out in well under a second

// The longest way from a task without needs; what lies on a cycle (which a checked dag never has) is 0.
export function levels({ ids, edges }: GraphInput): number[] {
  const level = ids.map(() => 0);
  const open = ids.map(() => 0);
  const after: number[][] = ids.map(() => []);
  for (const [from, to] of edges) { after[from]?.push(to); open[to] = (open[to] ?? 0) + 1; }
  const queue = ids.map((_, i) => i).filter((i) => open[i] === 0);
  for (const at of queue) {
    for (const next of after[at] ?? []) {
      level[next] = Math.max(level[next] ?? 0, (level[at] ?? 0) + 1);
      open[next] = (open[next] ?? 1) - 1;
      if (open[next] === 0) queue.push(next);
    }
  }
  return level;
}

function neighbours({ ids, edges }: GraphInput): number[][] {
  const all: number[][] = ids.map(() => []);
  for (const [from, to] of edges) { all[from]?.push(to); all[to]?.push(from); }
  return all;
}

// Columns by level; inside a column by the mean place of the neighbours, a few times (barycentres,
// Sugiyama 1981). Columns are centred.
export function layoutLarge(input: GraphInput): GraphLayout {
  const level = levels(input);
  const columns: number[][] = [];
  level.forEach((at, i) => (columns[at] ??= []).push(i));
  const tallest = Math.max(1, ...columns.map((column) => column.length));
  const place = input.ids.map(() => 0);
  const spread = (column: number[]): void => column.forEach((node, i) => { place[node] = i + (tallest - column.length) / 2; });
  columns.forEach(spread);
  const near = neighbours(input);
  const mean = (node: number): number => {
    const around = near[node] ?? [];
    return around.length === 0 ? place[node] ?? 0 : around.reduce((sum, other) => sum + (place[other] ?? 0), 0) / around.length;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const means = new Map(column.map((node) => [node, mean(node)]));
      column.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0));
      spread(column);
    }
  }
  const x = level.map((at) => at * (NODE_WIDTH + GAP_X) + NODE_WIDTH / 2);
  const y = place.map((at) => at * (NODE_HEIGHT + GAP_Y) + NODE_HEIGHT / 2);
  return { x, y, width: columns.length * (NODE_WIDTH + GAP_X) - GAP_X, height: tallest * (NODE_HEIGHT + GAP_Y) - GAP_Y,
    paths: input.edges.map(([from, to]) => [(x[from] ?? 0) + NODE_WIDTH / 2, y[from] ?? 0, (x[to] ?? 0) - NODE_WIDTH / 2, y[to] ?? 0]) };
}

// Edges of a list of tasks that name what they need; unknown names are left out.
export function graphOf(tasks: readonly { id: string; needs: readonly string[] }[]): GraphInput {
  const at = new Map(tasks.map((task, i) => [task.id, i]));
  const edges: [number, number][] = [];
  tasks.forEach((task, to) => {
    for (const need of new Set(task.needs)) {
      const from = at.get(need);
      if (from !== undefined) edges.push([from, to]);
    }
  });
  return { ids: tasks.map((task) => task.id), edges };
}

// Everything that can be reached from a task, itself left out.
export function reach({ ids, edges }: GraphInput, start: number, way: "up" | "down"): Set<number> {
  const next: number[][] = ids.map(() => []);
  for (const [from, to] of edges) next[way === "down" ? from : to]?.push(way === "down" ? to : from);
  const seen = new Set<number>();
  const queue = [start];
  for (const at of queue) for (const one of next[at] ?? []) if (!seen.has(one)) { seen.add(one); queue.push(one); }
  seen.delete(start);
  return seen;
}

// The task that an arrow leads to: left and right along the edges (the nearest), up and down in the column.
export function neighbour(input: GraphInput, layout: GraphLayout, at: number, key: string): number | null {
  const x = layout.x[at] ?? 0, y = layout.y[at] ?? 0;
  const candidates = key === "ArrowLeft" ? input.edges.filter(([, to]) => to === at).map(([from]) => from)
    : key === "ArrowRight" ? input.edges.filter(([from]) => from === at).map(([, to]) => to)
      : input.ids.map((_, i) => i).filter((i) => i !== at && Math.abs((layout.x[i] ?? 0) - x) < NODE_WIDTH / 2 && (key === "ArrowUp" ? (layout.y[i] ?? 0) < y : (layout.y[i] ?? 0) > y));
  let found: number | null = null;
  for (const one of candidates) {
    if (found === null || Math.abs((layout.y[one] ?? 0) - y) < Math.abs((layout.y[found] ?? 0) - y)) found = one;
  }
  return found;
}
