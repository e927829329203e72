// What is known of alerts without asking: their order, their words, and what may be done with them. Pure.
import type { Alert } from "../api/schema.ts";

export const ALERT_STATES = ["firing", "acknowledged", "snoozed", "suppressed", "resolved"] as const;
const SEVERITIES = ["critical", "error", "warning", "info"];

export const severityRank = (severity: string): number => {
  const at = SEVERITIES.indexOf(severity);
  return at < 0 ? SEVERITIES.length : at;
};

const stateRank = (state: string): number => ALERT_STATES.findIndex((one) => one === state);

// What nobody takes care of first, then the most urgent, then what has waited longest.
export function byUrgency(a: Alert, b: Alert): number {
  return stateRank(a.state) - stateRank(b.state) || severityRank(a.severity) - severityRank(b.severity)
    || (a.raised_at ?? "").localeCompare(b.raised_at ?? "") || a.alert - b.alert;
}

export const isOpen = (alert: { state: string }): boolean => alert.state !== "resolved";
export const isTaken = (alert: { state: string }): boolean => alert.state === "acknowledged" || alert.state === "snoozed";
export const canAcknowledge = (alert: { state: string }): boolean => isOpen(alert) && alert.state !== "acknowledged";

// "acknowledged by ann until …" without the moment, which a view shows by itself.
export function stateSentence(alert: { state: string; by: string | null }): string {
  const by = alert.by ? ` by ${alert.by}` : "";
  switch (alert.state) {
    case "firing": return "nobody has taken it";
    case "acknowledged": case "snoozed": case "resolved": return `${alert.state}${by}`;
    case "suppressed": return "silenced";
    default: return alert.state;
  }
}

export function aboutWords(alert: { dag: string | null; task: string | null }): string {
  if (!alert.dag) return "this installation";
  return alert.task ? `${alert.dag} / ${alert.task}` : alert.dag;
}

// Every alert whose text, dag, task, cause or number holds each word that was typed.
export function matching(alerts: readonly Alert[], typed: string, severity: string): Alert[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return alerts.filter((alert) => {
    if (severity && alert.severity !== severity) return false;
    const text = [alert.what, alert.dag, alert.task, alert.cause, alert.by, `#${alert.alert}`].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface Group { state: string; alerts: Alert[] }

export function grouped(alerts: readonly Alert[]): Group[] {
  const sorted = [...alerts].sort(byUrgency);
  return ALERT_STATES.map((state) => ({ state, alerts: sorted.filter((alert) => alert.state === state) }))
    .filter((group) => group.alerts.length > 0);
}

// For how long somebody takes an alert, or lets it rest. 0 = until it ends.
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
export interface Span { name: string; ms: number }
export const TAKE_SPANS: readonly Span[] = [
  { name: "until it is over", ms: 0 }, { name: "1 hour", ms: HOUR }, { name: "4 hours", ms: 4 * HOUR }, { name: "1 day", ms: DAY }];
export const SNOOZE_SPANS: readonly Span[] = [
  { name: "30 minutes", ms: 30 * MINUTE }, { name: "1 hour", ms: HOUR }, { name: "4 hours", ms: 4 * HOUR },
  { name: "1 day", ms: DAY }, { name: "3 days", ms: 3 * DAY }, { name: "1 week", ms: 7 * DAY }];

export const untilText = (now: number, ms: number): string => new Date(now + ms).toISOString();

// The lines of an alert's log with the first one that is the error marked.
export function errorLine(lines: readonly string[], firstError: string | null): number {
  return firstError === null ? -1 : lines.findIndex((line) => line === firstError);
}
