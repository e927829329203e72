import assert from "node:assert/strict";
import test from "node:test";
import { graphOf, layoutLarge, levels, NODE_HEIGHT, neighbour, reach, type GraphInput } from "./layout.ts";
import { layoutSmall } from "./layout_small.ts";

const task = (id: string, ...needs: string[]) => ({ id, needs });
const diamond = graphOf([task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c", "unknown", "b")]);

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
  assert.equal(layoutLarge(input).x.length, 2);
});

test("both layouts go from left to right and let no two tasks overlap", () => {
  const wide = graphOf([task("start"), ...Array.from({ length: 60 }, (_, i) => task(`m${i}`, "start")), task("end", ...Array.from({ length: 60 }, (_, i) => `m${i}`))]);
  for (const layout of [layoutSmall, layoutLarge]) {
    for (const input of [diamond, wide, graphOf([task("alone")]), graphOf([task("x"), task("y")])]) {
      const placed = layout(input);
      for (const [from, to] of input.edges) assert.ok((placed.x[from] ?? 0) < (placed.x[to] ?? 0));
      assert.deepEqual(overlaps(input, placed), []);
      assert.equal(placed.paths.length, input.edges.length);
      for (const x of placed.x) assert.ok(x >= 0 && x <= placed.width);
      for (const y of placed.y) assert.ok(y >= 0 && y <= placed.height);
    }
  }
  assert.deepEqual(layoutLarge({ ids: [], edges: [] }).paths, []);
  for (const layout of [layoutSmall, layoutLarge]) {
    const placed = layout({ ...diamond, down: true });
    for (const [from, to] of diamond.edges) assert.ok((placed.y[from] ?? 0) < (placed.y[to] ?? 0));
  }
});

test("what is up and down of a task", () => {
  assert.deepEqual([...reach(diamond, 0, "down")].sort(), [1, 2, 3]);
  assert.deepEqual([...reach(diamond, 3, "up")].sort(), [0, 1, 2]);
  assert.deepEqual([...reach(diamond, 0, "up")], []);
});

test("arrows follow the edges", () => {
  const placed = layoutLarge(diamond);
  assert.ok([1, 2].includes(neighbour(diamond, placed, 0, "ArrowRight") ?? -1));
  assert.equal(neighbour(diamond, placed, 1, "ArrowLeft"), 0);
  assert.equal(neighbour(diamond, placed, 0, "ArrowLeft"), null);
  const [upper, lower] = (placed.y[1] ?? 0) < (placed.y[2] ?? 0) ? [1, 2] : [2, 1];
  assert.equal(neighbour(diamond, placed, upper, "ArrowDown"), lower);
  const down = { ...diamond, down: true };
  assert.ok([1, 2].includes(neighbour(down, layoutLarge(down), 0, "ArrowDown") ?? -1));
  assert.equal(neighbour(down, layoutLarge(down), 0, "ArrowRight"), null);
});
