// What an approval asks and what waits on it. Pure.
import type { Approval, JsonObject } from "../api/schema.ts";
import type { ParamLike } from "./params.ts";

const word = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

// A field of the form as the API describes it, read with care: it is an open object there.
export function fieldOf(field: JsonObject): ParamLike {
  return {
    name: word(field["name"]) ?? "", type: word(field["type"]) ?? "string", items: word(field["items"]), required: field["required"] === true,
    default: field["default"] ?? null, enum: Array.isArray(field["enum"]) ? field["enum"] : [], minimum: number(field["minimum"]),
    maximum: number(field["maximum"]), min_length: number(field["min_length"]), max_length: number(field["max_length"]),
    pattern: word(field["pattern"]), description: word(field["description"]) };
}

// Every task that comes after `task`, directly or through others, in the order of the dag.
export function downstreamOf(task: string, tasks: readonly { id: string; needs: readonly string[] }[]): string[] {
  const after = new Set([task]);
  for (let grew = true; grew;) {
    grew = false;
    for (const one of tasks) {
      if (after.has(one.id) || !one.needs.some((need) => after.has(need))) continue;
      after.add(one.id);
      grew = true;
    }
  }
  return tasks.map((one) => one.id).filter((id) => id !== task && after.has(id));
}

// Those that somebody may answer first, then the ones that give up soonest, then the oldest.
export function byNeed(a: Approval, b: Approval): number {
  return Number(b.may_answer) - Number(a.may_answer)
    || (a.gives_up_at ?? "9").localeCompare(b.gives_up_at ?? "9") || (a.since ?? "").localeCompare(b.since ?? "");
}
