import assert from "node:assert/strict";
import test from "node:test";
import { parseParam, readForm, textOf, type ParamLike } from "./params.ts";

const param = (more: Partial<ParamLike>): ParamLike => ({ name: "p", type: "string", items: null, required: false, default: null, enum: [],
  minimum: null, maximum: null, min_length: null, max_length: null, pattern: null, description: null, ...more });

test("numbers are numbers within their bounds, or a reason", () => {
  const count = param({ type: "integer", minimum: 1, maximum: 10 });
  assert.deepEqual(parseParam(count, "7"), { ok: true, value: 7 });
  for (const wrong of ["x", "1.5", "0", "11", " ", "1e400", "9007199254740993"]) assert.equal(parseParam(count, wrong).ok, false, wrong);
  assert.deepEqual(parseParam(param({ type: "number" }), "-1.5"), { ok: true, value: -1.5 });
});

test("an empty field is not given, and wrong where a value is needed", () => {
  assert.deepEqual(parseParam(param({}), ""), { ok: true, absent: true });
  assert.equal(parseParam(param({ required: true }), "").ok, false);
});

test("choices keep their type", () => {
  const choice = param({ type: "integer", enum: [1, 2] });
  assert.deepEqual(parseParam(choice, "2"), { ok: true, value: 2 });
  assert.equal(parseParam(choice, "3").ok, false);
});

test("lists have a line for each item, JSON is JSON", () => {
  const list = param({ type: "array", items: "integer" });
  assert.deepEqual(parseParam(list, "1\n 2 \n\n"), { ok: true, value: [1, 2] });
  assert.equal(textOf(list, [1, 2]), "1\n2");
  assert.equal(parseParam(param({ type: "object" }), "{").ok, false);
});

test("lengths are those of characters, not of code units", () => {
  assert.equal(parseParam(param({ max_length: 2 }), "🚀🚀").ok, true);
  assert.equal(parseParam(param({ max_length: 2 }), "abc").ok, false);
});

test("what was left at its default is not sent", () => {
  const params = [param({ name: "a", default: "x" }), param({ name: "b", type: "boolean", default: false }), param({ name: "c", type: "integer", required: true })];
  assert.deepEqual(readForm(params, { a: "x", b: "true", c: "" }), { values: { b: true }, wrong: { c: "This is needed." } });
});
