// What somebody just did to alerts, shown before the server has said so. Pure.
import type { Alert } from "../api/schema.ts";

// `sent`: what it will be. `answered`: the server's word, which counts until a list as new as it arrives.
export type Deed = { kind: "sent"; patch: Partial<Alert> } | { kind: "answered"; alert: Alert };

const since = (alert: Alert): number => Date.parse(alert.state_since ?? "") || 0;

export function withDeed<T extends Alert>(alert: T, deed: Deed | undefined): T {
  if (!deed) return alert;
  if (deed.kind === "sent") return { ...alert, ...deed.patch };
  if (since(alert) >= since(deed.alert)) return alert;
  const { state, by, comment, until, state_since } = deed.alert;
  return { ...alert, state, by, comment, until, state_since };
}

// The first problem of several sent at once, and how many there were.
export function failureWords(problems: readonly string[], all: number): string {
  const [first = ""] = problems;
  if (problems.length === 0) return "";
  return all === 1 ? first : `${problems.length} of ${all}: ${first}`;
}
