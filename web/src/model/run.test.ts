import test from "node:test";
import assert from "node:assert/strict";
import type { TaskRun, TaskSpec } from "../api/schema.ts";
import { byUrgency, causesOf, countText, deedsFor, listText, whyNot } from "./run.ts";

const task = (id: string, state: TaskRun["state"], more: Partial<TaskRun> = {}): TaskRun => ({
  id, state, cause: null, reason: null, tolerated: false, pruned: false, attempts: 1, retries: 0, losses: 0, clears: 0, marked: false, exit_code: 0,
  attempt: null, ready_at: null, started_at: null, ended_at: null, retry_at: null, result: null, ...more });
const spec = (id: string, needs: string[]): TaskSpec => ({
  id, needs, description: "", trigger_rule: "all_success", needs_expression: null, if: null, setup: false, allow_failure: false, timeout_ms: 0,
  queue_timeout_ms: 0, grace_ms: 0, runs_on: [], pool: null, slots: 1, priority: 5, resources: { cpu: 0, memory: 0, gpu: 0 }, outputs: [], metrics: [],
  uses: null, publishes: null });

test("the first failure is the cause; what was allowed to fail or did not run is none", () => {
  const tasks = [task("late", "failed", { ended_at: "2026-01-01T00:00:02Z" }), task("blocked", "upstream_failed"),
    task("allowed", "failed", { tolerated: true }), task("first", "failed", { ended_at: "2026-01-01T00:00:01Z" })];
  assert.deepEqual(causesOf(tasks).map((one) => one.id), ["first", "late"]);
});

test("a list of names is cut, and says how many are left out", () => {
  assert.equal(listText([]), "");
  assert.equal(listText(["a"]), "a");
  assert.equal(listText(["a", "b"]), "a and b");
  assert.equal(listText(["a", "b", "c"]), "a, b and c");
  assert.equal(listText(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
});

test("a task that waits names what it waits for; another says its own reason", () => {
  const states: Record<string, string> = { a: "succeeded", b: "running", c: "waiting" };
  assert.equal(whyNot(task("d", "waiting"), spec("d", ["a", "b", "c"]), (name) => states[name]), "waits for b and c");
  assert.equal(whyNot(task("d", "waiting"), undefined, () => undefined), "");
  assert.equal(whyNot(task("d", "failed", { reason: "exit code 3" }), spec("d", ["b"]), (name) => states[name]), "exit code 3");
});

test("what asks for eyes comes first", () => {
  const tasks = [task("a", "succeeded"), task("b", "waiting"), task("c", "failed"), task("d", "running"), task("e", "succeeded")];
  assert.deepEqual(byUrgency(tasks).map((one) => one.id), ["c", "d", "b", "a", "e"]);
  assert.equal(countText(tasks), "1 failed, 1 running, 1 waiting, 2 succeeded");
});

test("only what makes sense now is offered", () => {
  const ended = deedsFor({ state: "failed", paused: false, cancelling: false, tasks: [task("a", "failed")] });
  assert.deepEqual(ended, { cancel: false, pause: false, resume: false, retry: true, rerun: true, hurry: false });
  const open = deedsFor({ state: "running", paused: false, cancelling: false, tasks: [task("a", "retry_wait")] });
  assert.deepEqual(open, { cancel: true, pause: true, resume: false, retry: false, rerun: false, hurry: true });
  assert.equal(deedsFor({ state: "running", paused: true, cancelling: false, tasks: [] }).resume, true);
  assert.equal(deedsFor({ state: "running", paused: false, cancelling: true, tasks: [] }).cancel, false);
});
