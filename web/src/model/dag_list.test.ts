import assert from "node:assert/strict";
import test from "node:test";
import { distinct, keepDags } from "./dag_list.ts";

const dag = (name: string, more: object = {}) => ({ dag: name, owner: null, tags: [] as string[], state: "ok", paused: false, findings: 0, next_instant: null, ...more });
const none = { text: "", tag: "", owner: "", show: "" };

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
