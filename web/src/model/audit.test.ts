import assert from "node:assert/strict";
import test from "node:test";
import { actionWords, detailLines } from "./audit.ts";

test("an action in words", () => {
  assert.equal(actionWords("worker.give_up"), "worker give up");
});

test("details are names and texts; what is deeper stays as it is", () => {
  assert.deepEqual(detailLines({ reason: "why", params: { a: [1] }, dry_run: false }),
    [{ name: "reason", text: "why" }, { name: "params", text: '{"a":[1]}' }, { name: "dry run", text: "false" }]);
  assert.deepEqual(detailLines(null), []);
  assert.deepEqual(detailLines({}), []);
  assert.deepEqual(detailLines("plain"), [{ name: "", text: "plain" }]);
  assert.deepEqual(detailLines([1, 2]), [{ name: "", text: "[1,2]" }]);
});
