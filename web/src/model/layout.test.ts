import assert from "node:assert/strict";
import test from "node:test";
import { graphOf, layout, levels, NODE_HEIGHT, neighbour, reach, type GraphInput } from "./layout.ts";
import { crossings, order } from "./layout_order.ts";
import { settle } from "./layout_place.ts";

const task = (id: string, ...needs: string[]) => ({ id, needs });
const diamond = graphOf([task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c", "unknown", "b")]);
// A chain past which edges of every length run.
const long = graphOf([task("a"), task("b", "a"), task("c", "b", "a"), task("d", "c", "a", "b"), task("e", "d", "a", "b", "c"), task("f", "a", "e")]);

function overlaps(input: GraphInput, layout: { x: number[]; y: number[] }): string[] {
  const found: string[] = [];
  const columns = new Map<number, number[]>();
  layout.x.forEach((x, i) => columns.set(Math.round(x), [...(columns.get(Math.round(x)) ?? []), i]));
  for (const column of columns.values()) {
    column.sort((a, b) => (layout.y[a] ?? 0) - (layout.y[b] ?? 0));
    column.forEach((node, i) => {
      const next = column[i + 1];
      if (next !== undefined && (layout.y[next] ?? 0) - (layout.y[node] ?? 0) < NODE_HEIGHT) found.push(`${input.ids[node]} ${input.ids[next]}`);
    });
  }
  return found;
}

test("edges name tasks once, and unknown names are left out", () => {
  assert.deepEqual(diamond.edges, [[0, 1], [0, 2], [1, 3], [2, 3]]);
  assert.deepEqual(levels(diamond), [0, 1, 1, 2]);
});

test("a cycle, which no checked dag has, is laid out all the same", () => {
  const input: GraphInput = { ids: ["a", "b"], edges: [[0, 1], [1, 0]] };
  assert.deepEqual(levels(input), [0, 0]);
  assert.equal(layout(input).x.length, 2);
});

test("tasks go from left to right and do not overlap", () => {
  const wide = graphOf([task("start"), ...Array.from({ length: 60 }, (_, i) => task(`m${i}`, "start")), task("end", ...Array.from({ length: 60 }, (_, i) => `m${i}`))]);
  for (const input of [diamond, wide, long, graphOf([task("alone")]), graphOf([task("x"), task("y")])]) {
    const placed = layout(input);
    for (const [from, to] of input.edges) assert.ok((placed.x[from] ?? 0) < (placed.x[to] ?? 0));
    assert.deepEqual(overlaps(input, placed), []);
    assert.equal(placed.paths.length, input.edges.length);
    for (const x of placed.x) assert.ok(x >= 0 && x <= placed.width);
    for (const y of placed.y) assert.ok(y >= 0 && y <= placed.height);
  }
  assert.deepEqual(layout({ ids: [], edges: [] }).paths, []);
  const placed = layout({ ...diamond, down: true });
  for (const [from, to] of diamond.edges) assert.ok((placed.y[from] ?? 0) < (placed.y[to] ?? 0));
});

test("an edge past several columns runs through no task", () => {
  const placed = layout(long);
  placed.paths.forEach((path, edge) => {
    for (let i = 0; i + 3 < path.length; i += 2) {
      const [x0, y0, x1, y1] = [path[i] ?? 0, path[i + 1] ?? 0, path[i + 2] ?? 0, path[i + 3] ?? 0];
      placed.x.forEach((x, node) => {
        if (x0 > x || x1 < x) return;
        const there = y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
        assert.ok(Math.abs(there - (placed.y[node] ?? 0)) >= NODE_HEIGHT / 2, `edge ${edge} through ${long.ids[node]}`);
      });
    }
  });
});

test("a diamond is symmetric, and a chain is straight", () => {
  const placed = layout(diamond);
  const y = (node: number): number => placed.y[node] ?? 0;
  assert.ok(Math.abs(y(0) - y(3)) < 1 && Math.abs(y(1) + y(2) - 2 * y(0)) < 1);
  const chain = layout(graphOf([task("a"), task("b", "a"), task("c", "b"), task("d", "c"), task("beside")]));
  assert.equal(new Set(chain.y.slice(0, 4).map((at) => Math.round(at))).size, 1);
});

test("a task that is needed late stands just before what needs it", () => {
  const placed = layout(graphOf([task("a"), task("b", "a"), task("c", "b", "late"), task("late")]));
  assert.equal(placed.x[3], placed.x[1]);
});

test("what need not cross does not", () => {
  const crossed = { columns: [[0, 1, 2], [3, 4, 5]], before: [[], [], [], [2], [1], [0]], after: [[5], [4], [3]] };
  assert.equal(crossings(crossed, [0, 1, 2, 0, 1, 2]), 3);
  order(crossed);
  const at: number[] = [];
  for (const column of crossed.columns) column.forEach((node, i) => { at[node] = i; });
  assert.equal(crossings(crossed, at), 0);
});

test("those who push one another settle around the mean of what they wish", () => {
  assert.deepEqual(settle([0, 100], [1, 1], [0, 10]), [0, 100]);
  assert.deepEqual(settle([50, 50], [1, 1], [0, 10]), [45, 55]);
  assert.deepEqual(settle([50, 50, 500], [1, 1, 1], [0, 10, 20]), [45, 55, 500]);
  assert.deepEqual(settle([], [], []), []);
});

test("a graph with more bends than are worth it is laid out without them", () => {
  const last = 800;
  const input = graphOf(Array.from({ length: last }, (_, i) => task(`t${i}`, ...(i ? [`t${i - 1}`, "t0", "t1", ...(i > 500 ? Array.from({ length: 300 }, (_unused, k) => `t${k}`) : [])] : []))));
  const placed = layout(input);
  assert.ok(placed.paths.every((path) => path.length === 4));
});

test("what is up and down of a task", () => {
  assert.deepEqual([...reach(diamond, 0, "down")].sort(), [1, 2, 3]);
  assert.deepEqual([...reach(diamond, 3, "up")].sort(), [0, 1, 2]);
  assert.deepEqual([...reach(diamond, 0, "up")], []);
});

test("arrows follow the edges", () => {
  const placed = layout(diamond);
  assert.ok([1, 2].includes(neighbour(diamond, placed, 0, "ArrowRight") ?? -1));
  assert.equal(neighbour(diamond, placed, 1, "ArrowLeft"), 0);
  assert.equal(neighbour(diamond, placed, 0, "ArrowLeft"), null);
  const [upper, lower] = (placed.y[1] ?? 0) < (placed.y[2] ?? 0) ? [1, 2] : [2, 1];
  assert.equal(neighbour(diamond, placed, upper, "ArrowDown"), lower);
  const down = { ...diamond, down: true };
  assert.ok([1, 2].includes(neighbour(down, layout(down), 0, "ArrowDown") ?? -1));
  assert.equal(neighbour(down, layout(down), 0, "ArrowRight"), null);
});
