import assert from "node:assert/strict";
import test from "node:test";
import type { Alert } from "../api/schema.ts";
import { failureWords, withDeed } from "./deeds.ts";

const alert = (state: string, at: string): Alert => ({
  alert: 1, by: null, cause: "exit", comment: null, count: 1, dag: "etl", facts: [], first_run: 1, last_run: 1, policy: null,
  raised_at: at, reopened: 0, severity: "error", signature: "", state, state_since: at, task: null, until: null, what: "etl failed" });
const EARLY = "2026-11-22T10:00:00Z", LATE = "2026-11-22T10:00:05.5Z";

test("what was sent is shown at once", () => {
  assert.equal(withDeed(alert("firing", EARLY), { kind: "sent", patch: { state: "acknowledged", by: "me" } }).state, "acknowledged");
  assert.equal(withDeed(alert("firing", EARLY), undefined).state, "firing");
});

test("an answer counts until the list is as new, also when that says otherwise", () => {
  const answered = { kind: "answered", alert: alert("acknowledged", LATE) } as const;
  assert.equal(withDeed(alert("firing", EARLY), answered).state, "acknowledged");
  assert.equal(withDeed(alert("firing", "2026-11-22T10:00:06Z"), answered).state, "firing");
  assert.equal(withDeed(alert("resolved", LATE), answered).state, "resolved");
});

test("failures of several in one sentence", () => {
  assert.equal(failureWords([], 3), "");
  assert.equal(failureWords(["no"], 1), "no");
  assert.equal(failureWords(["no", "never"], 3), "2 of 3: no");
});
