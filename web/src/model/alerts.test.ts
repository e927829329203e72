import assert from "node:assert/strict";
import test from "node:test";
import type { Alert } from "../api/schema.ts";
import { aboutWords, byUrgency, canAcknowledge, errorLine, grouped, matching, severityRank, stateSentence, untilText } from "./alerts.ts";

const alert = (over: Partial<Alert>): Alert => ({
  alert: 1, by: null, cause: "exit", comment: null, count: 1, dag: "etl", facts: [], first_run: 1, last_run: 1, policy: null,
  raised_at: "2026-11-22T10:00:00Z", reopened: 0, severity: "error", signature: "exit 3", state: "firing",
  state_since: "2026-11-22T10:00:00Z", task: "load", until: null, what: "load of etl failed: exit code 3", ...over });

test("what nobody has taken comes first, then the most urgent, then the oldest", () => {
  const all = [
    alert({ alert: 1, state: "acknowledged", severity: "critical" }),
    alert({ alert: 2, severity: "warning" }),
    alert({ alert: 3, severity: "critical", raised_at: "2026-11-22T11:00:00Z" }),
    alert({ alert: 4, severity: "critical", raised_at: "2026-11-22T09:00:00Z" }),
    alert({ alert: 5, state: "resolved", severity: "critical" })];
  assert.deepEqual([...all].sort(byUrgency).map((one) => one.alert), [4, 3, 2, 1, 5]);
  assert.deepEqual(grouped(all).map((group) => [group.state, group.alerts.length]), [["firing", 3], ["acknowledged", 1], ["resolved", 1]]);
});

test("a severity that is not known is the least urgent", () => {
  assert.ok(severityRank("critical") < severityRank("info"));
  assert.ok(severityRank("odd") > severityRank("info"));
});

test("the filter takes all words, in any field, and nothing of them as a pattern", () => {
  const all = [alert({}), alert({ alert: 2, dag: "(a+)+$", task: null, what: "(a+)+$ is broken", cause: "file" })];
  assert.deepEqual(matching(all, "ETL exit", "").map((one) => one.alert), [1]);
  assert.deepEqual(matching(all, "(a+)+$", "").map((one) => one.alert), [2]);
  assert.deepEqual(matching(all, "#2", "").map((one) => one.alert), [2]);
  assert.deepEqual(matching(all, "  ", "").length, 2);
  assert.deepEqual(matching(all, "", "critical"), []);
});

test("words", () => {
  assert.equal(stateSentence(alert({ state: "acknowledged", by: "ann" })), "acknowledged by ann");
  assert.equal(stateSentence(alert({ state: "resolved" })), "resolved");
  assert.equal(stateSentence(alert({})), "nobody has taken it");
  assert.equal(aboutWords(alert({})), "etl / load");
  assert.equal(aboutWords(alert({ dag: null, task: null })), "this installation");
  assert.ok(canAcknowledge(alert({ state: "snoozed" })) && !canAcknowledge(alert({ state: "acknowledged" })) && !canAcknowledge(alert({ state: "resolved" })));
  assert.equal(untilText(Date.parse("2026-11-22T23:30:00Z"), 3_600_000), "2026-11-23T00:30:00.000Z");
});

test("the error in the log", () => {
  assert.equal(errorLine(["a", "KeyError", "b"], "KeyError"), 1);
  assert.equal(errorLine(["a"], null), -1);
  assert.equal(errorLine(["a"], "gone from the end"), -1);
});
