// Where the tasks of a graph lie, from left to right (or top to bottom) by what needs what. Small graphs are laid out by
// dagre (model/layout_small.ts), in a worker; this file has the types and the layout of large ones,
// which is linear in tasks and edges. Pure.

// Edges by place in ids. `down`: from top to bottom, for a narrow screen.
export interface GraphInput { ids: readonly string[]; edges: readonly (readonly [from: number, to: number])[]; down?: boolean }
export interface GraphLayout { x: number[]; y: number[]; width: number; height: number; paths: readonly (readonly number[])[] } // centres; x,y,x,y,… of each edge

export const NODE_WIDTH = 164, NODE_HEIGHT = 34; // px; as in styles/graph.css
const GAP_LEVEL = 48, GAP_BESIDE = 14;
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
  const [along, beside] = input.down ? [NODE_HEIGHT, NODE_WIDTH] : [NODE_WIDTH, NODE_HEIGHT];
  const main = level.map((at) => at * (along + GAP_LEVEL) + along / 2);
  const cross = place.map((at) => at * (beside + GAP_BESIDE) + beside / 2);
  const length = columns.length * (along + GAP_LEVEL) - GAP_LEVEL, breadth = tallest * (beside + GAP_BESIDE) - GAP_BESIDE;
  const turn = (a: number, b: number): [number, number] => (input.down ? [b, a] : [a, b]);
  const [x, y] = input.down ? [cross, main] : [main, cross];
  const [width, height] = turn(length, breadth);
  return { x, y, width, height, paths: input.edges.map(([from, to]) =>
    [...turn((main[from] ?? 0) + along / 2, cross[from] ?? 0), ...turn((main[to] ?? 0) - along / 2, cross[to] ?? 0)]) };
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

// The task that an arrow leads to: along the edges (the nearest), or to the next of the same level.
export function neighbour(input: GraphInput, layout: GraphLayout, at: number, key: string): number | null {
  const [main, cross] = input.down ? [layout.y, layout.x] : [layout.x, layout.y];
  const [back, on, before] = input.down ? ["ArrowUp", "ArrowDown", "ArrowLeft"] : ["ArrowLeft", "ArrowRight", "ArrowUp"];
  const level = main[at] ?? 0, place = cross[at] ?? 0;
  const candidates = key === back ? input.edges.filter(([, to]) => to === at).map(([from]) => from)
    : key === on ? input.edges.filter(([from]) => from === at).map(([, to]) => to)
      : input.ids.map((_, i) => i).filter((i) => i !== at && Math.abs((main[i] ?? 0) - level) < NODE_HEIGHT / 2 && (key === before ? (cross[i] ?? 0) < place : (cross[i] ?? 0) > place));
  let found: number | null = null;
  for (const one of candidates) {
    if (found === null || Math.abs((cross[one] ?? 0) - place) < Math.abs((cross[found] ?? 0) - place)) found = one;
  }
  return found;
}
