// Where the tasks of a graph lie, from left to right (or top to bottom) by what needs what: columns by level, an order
// of each with few crossings (layout_order.ts), and places that keep edges straight (layout_place.ts). Made in a worker. Pure.
import { order } from "./layout_order.ts";
import { place } from "./layout_place.ts";

// Edges by place in ids. `down`: from top to bottom, for a narrow screen.
export interface GraphInput { ids: readonly string[]; edges: readonly (readonly [from: number, to: number])[]; down?: boolean }
export interface GraphLayout { x: number[]; y: number[]; width: number; height: number; paths: readonly (readonly number[])[] } // centres; x,y,x,y,… of each edge

export const NODE_WIDTH = 164, NODE_HEIGHT = 34; // px; as in styles/graph.css
const GAP_LEVEL = 48, GAP_BESIDE = 14;
const MOST_BENDS = 5_000; // above, long edges run straight, and the layout stays linear in tasks and edges

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

// The levels, but with each task that has fewer edges in than out as near to what needs it as it can be.
function tight(input: GraphInput): number[] {
  const level = levels(input);
  const into = input.ids.map(() => 0);
  const after: number[][] = input.ids.map(() => []);
  for (const [from, to] of input.edges) { after[from]?.push(to); into[to] = (into[to] ?? 0) + 1; }
  const late = input.ids.map((_, i) => i).sort((a, b) => (level[b] ?? 0) - (level[a] ?? 0));
  for (const node of late) {
    const next = after[node] ?? [];
    if (next.length > (into[node] ?? 0)) level[node] = Math.max(level[node] ?? 0, next.reduce((least, other) => Math.min(least, level[other] ?? 0), Infinity) - 1);
  }
  return level;
}

// Columns by level, and in each column that a longer edge passes a bend of it.
export function layout(input: GraphInput): GraphLayout {
  const count = input.ids.length;
  const level = tight(input);
  const columns: number[][] = Array.from({ length: level.reduce((most, at) => Math.max(most, at + 1), 0) }, () => []);
  level.forEach((at, i) => columns[at]?.push(i));
  const bends = input.edges.reduce((sum, [from, to]) => sum + Math.max(0, (level[to] ?? 0) - (level[from] ?? 0) - 1), 0) <= MOST_BENDS;
  const before: number[][] = input.ids.map(() => []), after: number[][] = input.ids.map(() => []);
  const join = (from: number, to: number): void => { (after[from] ??= []).push(to); (before[to] ??= []).push(from); };
  let nodes = count;
  const ways = input.edges.map(([from, to]) => {
    const way: number[] = [];
    const [first, last] = [level[from] ?? 0, level[to] ?? 0];
    if (bends) for (let at = first + 1; at < last; at++) { columns[at]?.push(nodes); way.push(nodes++); }
    if (first < last) [from, ...way, to].forEach((node, i, all) => { const next = all[i + 1]; if (next !== undefined) join(node, next); });
    return way;
  });
  const graph = { columns, before, after };
  const [along, beside] = input.down ? [NODE_HEIGHT, NODE_WIDTH] : [NODE_WIDTH, NODE_HEIGHT];
  order(graph);
  const cross = place(graph, Array.from({ length: nodes }, (_, i) => (i < count ? beside : 0)), GAP_BESIDE, (node) => node >= count);
  const start = (at: number): number => at * (along + GAP_LEVEL);
  const turn = (a: number, b: number): [number, number] => (input.down ? [b, a] : [a, b]);
  const main = level.map((at) => start(at) + along / 2);
  const places = cross.slice(0, count);
  const [x, y] = input.down ? [places, main] : [main, places];
  const breadth = cross.reduce((most, at, i) => Math.max(most, at + (i < count ? beside / 2 : 0)), 0);
  const [width, height] = turn(Math.max(0, start(columns.length) - GAP_LEVEL), breadth);
  const paths = input.edges.map(([from, to], i) => [
    ...turn((main[from] ?? 0) + along / 2, cross[from] ?? 0),
    // Straight past the tasks of a column, so that no edge runs through one.
    ...(ways[i] ?? []).flatMap((bend, step) => {
      const begin = start((level[from] ?? 0) + 1 + step);
      return [...turn(begin, cross[bend] ?? 0), ...turn(begin + along, cross[bend] ?? 0)];
    }),
    ...turn((main[to] ?? 0) - along / 2, cross[to] ?? 0)]);
  return { x, y, width, height, paths };
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
