// Silences in words. Pure.

const HOUR = 3_600_000;
export const SILENCE_SPANS = [
  { value: String(HOUR), name: "1 hour" }, { value: String(4 * HOUR), name: "4 hours" }, { value: String(24 * HOUR), name: "1 day" },
  { value: String(72 * HOUR), name: "3 days" }, { value: String(168 * HOUR), name: "1 week" }, { value: String(720 * HOUR), name: "30 days" }] as const;

// "every dag", "etl", "task load of etl, exit, critical": "*" stands for all.
export function silenceWords(silence: { dag: string; task: string; cause: string; severities: readonly string[] }): string {
  const all = (text: string): boolean => text === "" || text === "*";
  const dag = all(silence.dag) ? "every dag" : silence.dag;
  const what = all(silence.task) ? dag : `task ${silence.task} of ${dag}`;
  return [what, ...(all(silence.cause) ? [] : [silence.cause]), ...silence.severities].join(", ");
}
