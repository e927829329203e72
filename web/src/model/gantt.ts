// Where the time of a run went: its tasks as rows of bars, from the server's short form. Pure.
import type { AttemptTold, RunTimeline, TaskTimeline } from "../api/schema.ts";
import { durationText } from "./times.ts";

// How a bar looks: queued and starting are time that no task worked, retry is time between attempts.
export type BarKind = "queued" | "starting" | "retry" | "asks" | "running" | "succeeded" | "failed" | "cancelled";
export interface Bar { kind: BarKind; from: number; until: number; attempt: number; words: string } // ms from the start of the picture
export interface GanttRow { task: string; state: string; critical: boolean; bars: Bar[]; attempts: number }
export interface Gantt { rows: GanttRow[]; span: number } // ms

const KINDS: Record<string, BarKind> = { ready: "queued", dispatched: "starting", retry_wait: "retry", awaiting_input: "asks" };

function workKind(told: AttemptTold | undefined): BarKind {
  if (!told) return "running";
  if (told.cause === "none") return "succeeded";
  return told.cause === "cancelled" ? "cancelled" : "failed";
}

const WORDS: Record<BarKind, string> = {
  queued: "waited for a slot", starting: "was given to a worker, and waited there to begin", retry: "waited to be tried again", asks: "waited without a slot",
  running: "has been running", succeeded: "ran", failed: "ran and failed", cancelled: "ran and was stopped",
};

function barOf(states: readonly string[], phase: readonly number[], attempts: readonly AttemptTold[], now: number): Bar | null {
  const [state = 0, from = 0, end = -1, attempt = 0] = phase;
  const word = states[state] ?? "waiting";
  const open = end < 0;
  const until = open ? Math.max(from, now) : end;
  const kind = word === "running" ? workKind(open ? undefined : attempts.find((told) => told.number === attempt)) : KINDS[word];
  if (kind === undefined) return null;
  const number = attempt > 0 && attempts.length + (open ? 1 : 0) > 1 ? `Attempt ${attempt} ` : "";
  const text = `${number}${WORDS[kind]} ${kind === "asks" || kind === "queued" ? "for " : ""}${durationText(until - from)}`;
  return { kind, from, until, attempt, words: text.charAt(0).toUpperCase() + text.slice(1) };
}

function rowOf(states: readonly string[], task: TaskTimeline, now: number): GanttRow {
  const bars = task.phases.map((phase) => barOf(states, phase, task.attempts, now)).filter((bar): bar is Bar => bar !== null);
  return { task: task.task, state: task.state, critical: task.critical, bars, attempts: Math.max(0, ...bars.map((bar) => bar.attempt)) };
}

// `now`: ms since 1970. Rows in the order in which their tasks began; those that did nothing are last.
export function readTimeline(wire: RunTimeline, now: number): Gantt {
  const from = wire.from ? Date.parse(wire.from) : now;
  const present = Math.max(0, now - from);
  const rows = wire.tasks.map((task) => rowOf(wire.states, task, present));
  const begin = (row: GanttRow): number => row.bars[0]?.from ?? Number.POSITIVE_INFINITY;
  const sorted = rows.map((row, i) => ({ row, i })).sort((a, b) => (begin(a.row) === begin(b.row) ? a.i - b.i : begin(a.row) - begin(b.row)));
  const end = Math.max(0, ...rows.flatMap((row) => row.bars.map((bar) => bar.until)));
  const span = wire.until ? Math.max(end, Date.parse(wire.until) - from) : Math.max(end, present);
  return { rows: sorted.map(({ row }) => row), span: Math.max(1, span) };
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3,
  3600e3, 7200e3, 10800e3, 21600e3, 43200e3, 86400e3];

// Moments to mark on the axis: round numbers, at most `most` of them after the 0.
export function ticks(span: number, most: number): { at: number; text: string }[] {
  const step = STEPS.find((one) => span / one <= most) ?? Math.ceil(span / most / 86400e3) * 86400e3;
  const marks = [];
  for (let at = 0; at <= span; at += step) marks.push({ at, text: at === 0 ? "0" : durationText(at) });
  return marks;
}

export interface Parts { work: number; queue: number; start: number; retry: number } // ms

// How the time of some rows splits, for a sentence below the picture.
export function partsOf(rows: readonly GanttRow[]): Parts {
  const parts: Parts = { work: 0, queue: 0, start: 0, retry: 0 };
  for (const bar of rows.flatMap((row) => row.bars)) {
    const took = bar.until - bar.from;
    if (bar.kind === "queued") parts.queue += took;
    else if (bar.kind === "starting") parts.start += took;
    else if (bar.kind === "retry") parts.retry += took;
    else parts.work += took;
  }
  return parts;
}
