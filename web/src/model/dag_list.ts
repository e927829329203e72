// What the list of dags shows: which dags the filters keep. Pure.
import { score } from "./find.ts";

interface DagLike { dag: string; owner: string | null; tags: readonly string[]; state: string; paused: boolean; findings: number; next_instant: string | null }

export interface DagFilter { text: string; tag: string; owner: string; show: string }

// show: "" = there is a file; "scheduled", "paused", "broken", "gone".
export function keepDags<D extends DagLike>(dags: readonly D[], filter: DagFilter): D[] {
  const kept = dags.filter((dag) => {
    if (filter.tag && !dag.tags.includes(filter.tag)) return false;
    if (filter.owner && dag.owner !== filter.owner) return false;
    switch (filter.show) {
      case "gone": return dag.state === "gone";
      case "paused": return dag.paused && dag.state !== "gone";
      case "broken": return dag.state === "broken" || (dag.state !== "gone" && dag.findings > 0);
      case "scheduled": return dag.next_instant !== null && dag.state !== "gone";
      default: return dag.state !== "gone";
    }
  });
  if (!filter.text) return kept;
  return kept.map((dag) => ({ dag, points: Math.max(score(filter.text, dag.dag), ...dag.tags.map((tag) => score(filter.text, tag) - 2)) }))
    .filter((row) => row.points >= 1).sort((a, b) => b.points - a.points).map((row) => row.dag);
}

export const distinct = (values: readonly (string | null)[]): string[] =>
  [...new Set(values.filter((value): value is string => value !== null && value !== ""))].sort();
