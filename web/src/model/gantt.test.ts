import test from "node:test";
import assert from "node:assert/strict";
import type { RunTimeline, TaskTimeline } from "../api/schema.ts";
import { partsOf, readTimeline, ticks } from "./gantt.ts";

const STATES = ["waiting", "ready", "dispatched", "running", "retry_wait", "awaiting_input", "succeeded"];
const told = (number: number, cause: string) => ({ number, attempt: number, worker: "local", cause, started_at: null, ended_at: null, sentence: "", next: null });
const task = (name: string, phases: number[][], attempts = [told(1, "none")]): TaskTimeline =>
  ({ task: name, state: "succeeded", critical: false, ended_at: null, attempts, phases });
const wire = (tasks: TaskTimeline[], until: string | null = null): RunTimeline =>
  ({ run: 1, dag: "d", state: "running", from: "2026-11-22T10:00:00Z", until, now: null, states: STATES, critical_path: [], tasks });
const AT = Date.parse("2026-11-22T10:00:10Z");

test("each phase but waiting is a bar, and an attempt is coloured by its end", () => {
  const { rows } = readTimeline(wire([task("a", [[0, 0, 5, 0], [1, 5, 8, 0], [2, 8, 9, 1], [3, 9, 20, 1], [4, 20, 30, 0], [1, 30, 30, 0], [2, 30, 31, 2], [3, 31, 40, 2]],
    [told(1, "exit"), told(2, "none")])]), AT);
  assert.deepEqual(rows[0]?.bars.map((bar) => [bar.kind, bar.from, bar.until]), [["queued", 5, 8], ["starting", 8, 9], ["failed", 9, 20], ["retry", 20, 30],
    ["queued", 30, 30], ["starting", 30, 31], ["succeeded", 31, 40]]);
  assert.equal(rows[0]?.bars[2]?.words, "Attempt 1 ran and failed 11ms");
  assert.equal(rows[0]?.attempts, 2);
});

test("what goes on reaches to the present, which bounds the picture", () => {
  const { rows, span } = readTimeline(wire([task("a", [[0, 0, 1000, 0], [3, 1000, -1, 1]], [])]), AT);
  assert.deepEqual(rows[0]?.bars.map((bar) => [bar.kind, bar.from, bar.until, bar.words]), [["running", 1000, 10000, "Has been running 9.0s"]]);
  assert.equal(span, 10000);
});

test("a clock that is behind the server's makes no bar that ends before it begins", () => {
  const { rows } = readTimeline(wire([task("a", [[3, 5000, -1, 1]], [])]), AT - 60_000);
  assert.deepEqual(rows[0]?.bars.map((bar) => [bar.from, bar.until]), [[5000, 5000]]);
});

test("rows stand in the order of their beginning; what did nothing comes last", () => {
  const { rows, span } = readTimeline(wire([task("never", [[0, 0, -1, 0]], []), task("late", [[3, 50, 60, 1]]), task("soon", [[3, 10, 20, 1]])], "2026-11-22T10:00:00.100Z"), AT);
  assert.deepEqual(rows.map((row) => row.task), ["soon", "late", "never"]);
  assert.equal(span, 100);
});

test("marks of the axis are round and few", () => {
  assert.deepEqual(ticks(1000, 5).map((mark) => mark.text), ["0", "200ms", "400ms", "600ms", "800ms", "1.0s"]);
  assert.deepEqual(ticks(100 * 86400e3, 5).map((mark) => mark.at / 86400e3), [0, 20, 40, 60, 80, 100]);
  for (const span of [1, 7, 333, 12_345, 9e6, 5e8, 1e11]) assert.ok(ticks(span, 6).length <= 7, String(span));
});

test("the time is split into work and what was not work", () => {
  const { rows } = readTimeline(wire([task("a", [[1, 0, 4, 0], [2, 4, 5, 1], [3, 5, 15, 1], [4, 15, 35, 0]])]), AT);
  assert.deepEqual(partsOf(rows), { work: 10, queue: 4, start: 1, retry: 20 });
});
