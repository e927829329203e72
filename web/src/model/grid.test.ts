import assert from "node:assert/strict";
import test from "node:test";
import { barHeights, inSight, readGrid, step } from "./grid.ts";

const run = (id: number, cells: number[][], more: object = {}) => ({ run: id, state: "succeeded", duration_ms: 1000, started_at: "2026-11-22T12:00:00Z", created_at: null, cells, ...more });

test("runs stand oldest first, and a cell is what the server's numbers mean", () => {
  const grid = readGrid({ states: ["waiting", "failed"], tasks: ["a", "b", "exit"], hooks: 1, runs: [run(2, [[1, 3, 10, 200], [], [0]]), run(1, [[0], [1, 1, 5, -1]])] });
  assert.deepEqual(grid.runs.map((one) => one.run), [1, 2]);
  assert.deepEqual(grid.cell(0, 1), { state: "failed", attempts: 3, start: 10, took: 200 });
  assert.deepEqual(grid.cell(1, 0), { state: "failed", attempts: 1, start: 5, took: -1 });
  assert.equal(grid.cell(1, 1), null, "the version of this run has no such task");
  assert.deepEqual(grid.cell(2, 1), { state: "waiting", attempts: 0, start: 0, took: 0 });
  assert.equal(grid.cell(2, 0), null, "fewer cells than tasks");
  assert.equal(grid.cell(9, 9), null);
  assert.deepEqual(grid.rows.map((row) => row.hook), [false, false, true]);
});

test("what is in sight never leaves the list, however far it was scrolled", () => {
  assert.deepEqual(inSight(2000, 20, 0, 400), { first: 0, end: 24 });
  assert.deepEqual(inSight(2000, 20, 10_000, 400), { first: 496, end: 524 });
  assert.deepEqual(inSight(3, 20, 10_000, 400), { first: 3, end: 3 });
  assert.deepEqual(inSight(0, 20, 0, 400), { first: 0, end: 0 });
});

test("keys stay inside the grid; the head is above the first row", () => {
  assert.deepEqual(step("ArrowUp", { row: 0, column: 1 }, 3, 3, 10), { row: -1, column: 1 });
  assert.deepEqual(step("k", { row: -1, column: 1 }, 3, 3, 10), { row: -1, column: 1 });
  assert.deepEqual(step("PageDown", { row: 0, column: 2 }, 3, 3, 10), { row: 2, column: 2 });
  assert.deepEqual(step("l", { row: 0, column: 2 }, 3, 3, 10), { row: 0, column: 2 });
  assert.deepEqual(step("mod+End", { row: 0, column: 0 }, 3, 5, 10), { row: 2, column: 4 });
  assert.equal(step("x", { row: 0, column: 0 }, 3, 3, 10), null);
});

test("the longest run has the whole height, what did not start has none", () => {
  const now = Date.parse("2026-11-22T12:00:10Z");
  const heights = barHeights([run(1, []), run(2, [], { duration_ms: null }), run(3, [], { duration_ms: null, started_at: null })], now);
  assert.deepEqual(heights, [0.1, 1, 0]);
});
