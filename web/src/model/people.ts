// Roles, grants and times of users and tokens. Pure.
import type { JsonObject } from "../api/schema.ts";

export const ROLES = ["none", "viewer", "operator", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];
export type Granted = Exclude<Role, "none">;
export const roleOf = (text: string): Role => ROLES.find((role) => role === text) ?? "none";
export const grantedOf = (text: string): Granted => { const role = roleOf(text); return role === "none" ? "viewer" : role; };

const MAY: Record<Role, string> = {
  none: "only what grants give", viewer: "see", operator: "trigger, cancel, retry, acknowledge", editor: "pause, backfill", admin: "users, secrets, workers, audit" };
export const roleChoice = (role: Role): { value: string; name: string } => ({ value: role, name: `${role}: ${MAY[role]}` });

export interface Grant { dag: string; role: string }
export const grantsOf = (grants: JsonObject): Grant[] =>
  Object.entries(grants).map(([dag, role]) => ({ dag, role: typeof role === "string" ? role : "" })).sort((a, b) => a.dag.localeCompare(b.dag));

// "a, b c" → ["a", "b", "c"], each once.
export const namesIn = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

// The dags of a token: null means every dag.
export function dagsWords(dags: unknown): string {
  if (!Array.isArray(dags) || dags.length === 0) return "every dag";
  return dags.filter((dag) => typeof dag === "string").join(", ");
}

const DAY = 86_400_000;
export const LIFETIMES = [{ value: "30", name: "30 days" }, { value: "90", name: "90 days" }, { value: "365", name: "a year" }, { value: "", name: "no end" }] as const;
export const expiryOf = (days: string, now: number): string | null => (days ? new Date(now + Number(days) * DAY).toISOString() : null);

// What <input type="datetime-local"> says, which is local time, as a moment; "" when it is none.
export function momentOf(local: string): string {
  const at = local ? new Date(local).getTime() : Number.NaN;
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}
