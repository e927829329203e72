import assert from "node:assert/strict";
import test from "node:test";
import type { Approval } from "../api/schema.ts";
import { byNeed, downstreamOf, fieldOf } from "./approvals.ts";

test("what waits on a task, through others, each once", () => {
  const tasks = [{ id: "z", needs: ["b", "c"] }, { id: "a", needs: [] }, { id: "b", needs: ["a"] }, { id: "c", needs: ["a"] }, { id: "other", needs: [] }];
  assert.deepEqual(downstreamOf("a", tasks), ["z", "b", "c"]);
  assert.deepEqual(downstreamOf("z", tasks), []);
});

test("a field is read with care", () => {
  const field = fieldOf({ name: "n", type: "integer", minimum: 1, default: 100, enum: "no list", required: "yes" });
  assert.deepEqual([field.name, field.type, field.minimum, field.default, field.enum, field.required, field.pattern], ["n", "integer", 1, 100, [], false, null]);
  assert.equal(fieldOf({}).type, "string");
});

test("mine first, then what gives up soonest", () => {
  const one = (run: number, over: Partial<Approval>): Approval => ({
    dag: "d", default: null, form: [], gives_up_at: null, may_answer: true, prompt: "", role: "operator", run, since: "2026-11-22T10:00:00Z", task: "t", ...over });
  const all = [one(1, { may_answer: false }), one(2, {}), one(3, { gives_up_at: "2026-11-22T12:00:00Z" }), one(4, { since: "2026-11-22T09:00:00Z" })];
  assert.deepEqual(all.sort(byNeed).map((approval) => approval.run), [3, 4, 2, 1]);
});
