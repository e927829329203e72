import test from "node:test";
import assert from "node:assert/strict";
import { changedParams, paramText, paramValue } from "./rerun_params.ts";

test("values are shown as they are typed", () => {
  assert.deepEqual([paramText("a b"), paramText(3), paramText(true), paramText(null), paramText(["x", 1])], ["a b", "3", "true", "", '["x",1]']);
});

test("what is typed keeps the kind of value that stood there", () => {
  assert.equal(paramValue("3", "2"), "3");
  assert.equal(paramValue("3", 2), 3);
  assert.deepEqual(paramValue('["a"]', []), ["a"]);
  assert.equal(paramValue(" ", 2), null);
  assert.equal(paramValue("three", 2), "three");
});

test("only changes are sent", () => {
  assert.deepEqual(changedParams({ n: 3, word: "a", none: null, secret: "***" }, { n: "4", word: "a", none: "", secret: "***" }), { n: 4 });
  assert.deepEqual(changedParams({ word: "a" }, { word: "" }), { word: "" });
});
