// One word for one thing: how states and causes are said, and how serious they are.

export type RunState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
export type TaskState = "waiting" | "ready" | "dispatched" | "running" | "retry_wait" | "awaiting_input" | "succeeded"
  | "failed" | "upstream_failed" | "skipped" | "cancelled";
export type AnyState = RunState | TaskState;

export const RUN_STATES: readonly RunState[] = ["queued", "running", "succeeded", "partial", "failed", "cancelled"];

const STATE_WORDS: Record<AnyState, string> = {
  queued: "queued", running: "running", succeeded: "succeeded", partial: "partly succeeded", failed: "failed", cancelled: "cancelled",
  waiting: "waiting", ready: "ready", dispatched: "starting", retry_wait: "waiting to retry", awaiting_input: "needs an answer",
  upstream_failed: "upstream failed", skipped: "skipped",
};

export const isState = (text: string): text is AnyState => text in STATE_WORDS;
export const stateWords = (state: string): string => (isState(state) ? STATE_WORDS[state] : state);
export const isOver = (state: string): boolean => /^(succeeded|partial|failed|cancelled|upstream_failed|skipped)$/.test(state);

// What started a run, for a person.
const TRIGGER_WORDS: Record<string, string> = {
  manual: "by hand", schedule: "by schedule", backfill: "backfill", dag: "by another dag", dataset: "by a dataset",
  hook: "by webhook", webhook: "by webhook", rerun: "rerun", api: "by hand", cli: "by hand",
};
export const triggerWords = (word: string): string => TRIGGER_WORDS[word] ?? word.replaceAll("_", " ");

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

// The first sentence of a description, without line breaks.
export function firstSentence(text: string | null): string {
  const line = (text ?? "").replace(/\s+/g, " ").trim();
  const end = line.search(/[.!?](\s|$)/);
  return end < 0 ? line : line.slice(0, end + 1);
}
