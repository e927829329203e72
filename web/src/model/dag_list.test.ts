import assert from "node:assert/strict";
import test from "node:test";
import { distinct, keepDags, lastRuns } from "./dag_list.ts";

const dag = (name: string, more: object = {}) => ({ dag: name, owner: null, tags: [] as string[], state: "ok", paused: false, findings: 0, next_instant: null, ...more });
const none = { text: "", tag: "", owner: "", show: "" };

test("the last runs of a dag stand oldest first", () => {
  const runs = [5, 4, 3, 2, 1].map((run) => ({ run, dag: run % 2 ? "odd" : "even", state: "succeeded" }));
  assert.deepEqual(lastRuns(runs, 2).get("odd")?.map((run) => run.run), [3, 5]);
  assert.deepEqual(lastRuns(runs, 9).get("even")?.map((run) => run.run), [2, 4]);
});

test("what has no file any more is shown only when it is asked for", () => {
  const dags = [dag("here"), dag("gone", { state: "gone" }), dag("paused", { paused: true }), dag("broken", { state: "broken" })];
  assert.deepEqual(keepDags(dags, none).map((one) => one.dag), ["here", "paused", "broken"]);
  for (const show of ["gone", "paused", "broken"]) assert.deepEqual(keepDags(dags, { ...none, show }).map((one) => one.dag), [show]);
});

test("text finds names before tags; tag and owner must be the same word", () => {
  const dags = [dag("other", { tags: ["etl"] }), dag("etl_daily", { owner: "ann" }), dag("nothing")];
  assert.deepEqual(keepDags(dags, { ...none, text: "etl" }).map((one) => one.dag), ["etl_daily", "other"]);
  assert.deepEqual(keepDags(dags, { ...none, tag: "et" }), []);
  assert.deepEqual(keepDags(dags, { ...none, owner: "ann" }).map((one) => one.dag), ["etl_daily"]);
});

test("distinct", () => assert.deepEqual(distinct(["b", null, "a", "", "b"]), ["a", "b"]));
