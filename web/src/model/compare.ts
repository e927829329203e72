// Two runs side by side: which other run is meant, and what differs. Pure.
import type { LeftDiff, RunSummary, TaskComparison } from "../api/schema.ts";

export const differing = (task: TaskComparison): LeftDiff[] => task.left.filter((row) => !row.same);

// The run before this one that succeeded, else the one before, else any: `others` newest first.
export function otherRun(run: { run: number }, others: readonly RunSummary[]): number | "" {
  const earlier = others.filter((one) => one.run < run.run);
  return (earlier.find((one) => one.state === "succeeded") ?? earlier[0] ?? others[0])?.run ?? "";
}

// How much longer or shorter it took, when that is more than a tenth.
export function ratioText(before: number | null | undefined, after: number | null | undefined): string {
  if (!before || !after) return "";
  const ratio = after / before;
  if (ratio > 1.1) return `${ratio.toFixed(1)}× as long`;
  if (ratio < 0.9) return `${Math.round(100 * ratio)} % of it`;
  return "";
}
