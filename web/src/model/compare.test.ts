import test from "node:test";
import assert from "node:assert/strict";
import type { RunSummary } from "../api/schema.ts";
import { otherRun, ratioText } from "./compare.ts";

const run = (number: number, state: RunSummary["state"]): RunSummary => ({
  run: number, dag: "d", version: 1, state, reason: null, trigger: "manual", origin: "ann", paused: false, cancelling: false, deadline_missed: false,
  created_at: null, scheduled_for: null, interval_start: null, interval_end: null, started_at: null, ended_at: null, duration_ms: null,
  tasks: { total: 1, succeeded: 1, failed: 0, other_end: 0 } });

test("a run is compared with the last good one before it", () => {
  assert.equal(otherRun({ run: 9 }, [run(10, "succeeded"), run(8, "failed"), run(7, "succeeded")]), 7);
  assert.equal(otherRun({ run: 9 }, [run(10, "succeeded"), run(8, "failed")]), 8);
  assert.equal(otherRun({ run: 1 }, [run(2, "failed")]), 2);
  assert.equal(otherRun({ run: 1 }, []), "");
});

test("only a change that can be felt is told", () => {
  assert.equal(ratioText(1000, 2100), "2.1× as long");
  assert.equal(ratioText(1000, 500), "50 % of it");
  assert.equal(ratioText(1000, 1050), "");
  assert.equal(ratioText(0, 10), "");
  assert.equal(ratioText(null, 10), "");
});
