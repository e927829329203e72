// What a run tells at a glance: what failed first, what waits for what, and which tasks are asked of. Pure.
import type { Run, TaskRun, TaskSpec } from "../api/schema.ts";
import { isOver, stateWords } from "./words.ts";

export const isLive = (state: string): boolean => state === "running" || state === "dispatched";

// Tasks that made the run fail, the first failure first; those that only did not run because of them
// are not among them.
export function causesOf(tasks: readonly TaskRun[]): TaskRun[] {
  return tasks.filter((task) => task.state === "failed" && !task.tolerated)
    .sort((a, b) => (a.ended_at ?? "").localeCompare(b.ended_at ?? ""));
}

export function listText(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

// Why a task has no end yet, in a few words, from what the page knows already.
export function whyNot(task: TaskRun, spec: TaskSpec | undefined, stateOf: (task: string) => string | undefined): string {
  if (task.state !== "waiting") return task.reason ?? "";
  const open = (spec?.needs ?? []).filter((name) => !isOver(stateOf(name) ?? "waiting"));
  return open.length > 0 ? `waits for ${listText(open)}` : "";
}

// For a list: what asks for eyes first, then what runs, then what waits, then what is over.
const ORDER = ["failed", "awaiting_input", "retry_wait", "running", "dispatched", "ready", "waiting", "upstream_failed", "cancelled", "skipped", "succeeded"];

export function byUrgency(tasks: readonly TaskRun[]): TaskRun[] {
  const rank = (state: string): number => ORDER.indexOf(state);
  return tasks.map((task, i) => ({ task, i })).sort((a, b) => rank(a.task.state) - rank(b.task.state) || a.i - b.i).map(({ task }) => task);
}

// "3 running, 2 failed": the states that occur, in the order of urgency.
export function countText(tasks: readonly TaskRun[]): string {
  const counts = new Map<string, number>();
  for (const task of tasks) counts.set(task.state, (counts.get(task.state) ?? 0) + 1);
  return ORDER.filter((state) => counts.has(state)).map((state) => `${counts.get(state) ?? 0} ${stateWords(state)}`).join(", ");
}

// What can be done with a run now.
export interface Deeds { cancel: boolean; pause: boolean; resume: boolean; retry: boolean; rerun: boolean; hurry: boolean }

export function deedsFor(run: Pick<Run, "state" | "paused" | "cancelling" | "tasks">): Deeds {
  const over = isOver(run.state);
  return {
    cancel: !over && !run.cancelling, pause: !over && !run.paused && !run.cancelling, resume: !over && run.paused,
    retry: run.tasks.some((task) => task.state === "failed" || task.state === "cancelled"), rerun: over,
    hurry: run.tasks.some((task) => task.state === "retry_wait"),
  };
}
