import assert from "node:assert/strict";
import test from "node:test";
import type { Worker } from "../api/schema.ts";
import { byTrouble, fleetOf, fleetWords, giveUpWords } from "./fleet.ts";

const worker = (over: Partial<Worker>): Worker => ({
  attempts: [], connected: true, dispatched: 0, draining: false, first_seen: null, id: 1, labels: [], last_seen: null, lease_ends: null,
  lease_ms: 60_000, resources: { cpu: 0, gpu: 0, memory: 0 }, running: 0, since: null, slots: 4, state: "connected", version: null, worker: "a", ...over });

test("what needs a look comes first", () => {
  const all = [worker({}), worker({ worker: "b", state: "lost" }), worker({ worker: "c", state: "draining" }), worker({ worker: "0" })];
  assert.deepEqual(all.sort(byTrouble).map((one) => one.worker), ["b", "c", "0", "a"]);
});

test("slots of connected workers count", () => {
  const all = [worker({ running: 2, dispatched: 1 }), worker({ connected: false, state: "unreachable", slots: 9 }), worker({ draining: true, slots: 1 })];
  assert.deepEqual(fleetOf(all), { workers: 3, ready: 1, slots: 5, busy: 3 });
  assert.equal(fleetWords(fleetOf(all)), "3 of 5 slots taken, 1 of 3 workers takes tasks");
  assert.equal(fleetWords(fleetOf([])), "no worker has ever connected");
});

test("giving up says what ends", () => {
  assert.match(giveUpWords(worker({})), /runs nothing/);
  const attempt = { attempt: 1, dag: "d", run: 1, task: "t" };
  assert.match(giveUpWords(worker({ attempts: [attempt] })), /^1 attempt of it ends as lost/);
  assert.match(giveUpWords(worker({ attempts: [attempt, attempt] })), /^2 attempts of it end as lost.*are tried again/);
});
