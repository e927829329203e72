// Workers and pools in words and figures. Pure.
import type { Worker } from "../api/schema.ts";
import { plural } from "./words.ts";

// What needs a look first: lost and unreachable workers, then those that take nothing new.
const ORDER = ["lost", "unreachable", "draining", "connected", "away"];
export const byTrouble = (a: Worker, b: Worker): number => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.worker.localeCompare(b.worker);

export const workerWords = (state: string): string => ({
  connected: "takes tasks", draining: "draining: nothing new", unreachable: "unreachable", lost: "lost", away: "not connected" })[state] ?? state;

export const busyOf = (worker: Worker): number => worker.running + worker.dispatched;

export interface Fleet { slots: number; busy: number; ready: number; workers: number }
export function fleetOf(workers: readonly Worker[]): Fleet {
  const here = workers.filter((worker) => worker.connected);
  return {
    workers: workers.length, ready: here.filter((worker) => !worker.draining).length,
    slots: here.reduce((sum, worker) => sum + worker.slots, 0), busy: here.reduce((sum, worker) => sum + busyOf(worker), 0) };
}

export function fleetWords(fleet: Fleet): string {
  if (fleet.workers === 0) return "no worker has ever connected";
  return `${fleet.busy} of ${plural(fleet.slots, "slot")} taken, ${fleet.ready} of ${plural(fleet.workers, "worker")} ${fleet.ready === 1 ? "takes" : "take"} tasks`;
}

// What giving up a worker would do, in one sentence.
export function giveUpWords(worker: Worker): string {
  const count = worker.attempts.length;
  if (count === 0) return "It runs nothing. When it comes back it is taken up again like any other.";
  return `${plural(count, "attempt")} of it ${count === 1 ? "ends" : "end"} as lost, without using up a retry, and ${count === 1 ? "is" : "are"} tried again on other workers. If the worker still runs, the same work may run twice.`;
}

// Slots as boxes, as long as they can be told apart.
export const MOST_BOXES = 24;
