// Acknowledge, snooze, resolve, give back: one alert or several, shown at once, and taken back with the
// reason when the server says no.
import { signal } from "@preact/signals";
import { change, problemFrom } from "../api/client.ts";
import type { Alert, AlertDetail } from "../api/schema.ts";
import { failureWords, withDeed, type Deed } from "../model/deeds.ts";
import { plural } from "../model/words.ts";
import { session } from "./session.ts";
import { say } from "./toasts.ts";

const deeds = signal<ReadonlyMap<number, Deed>>(new Map());

export const shown = <T extends Alert>(alert: T): T => withDeed(alert, deeds.value.get(alert.alert));

function set(alert: number, deed: Deed | null): void {
  const next = new Map(deeds.value);
  if (deed) next.set(alert, deed); else next.delete(alert);
  deeds.value = next;
}

interface Plan {
  patch: Partial<Alert>;
  send: (alert: Alert) => Promise<AlertDetail>;
  becomes: string; // the state the server must answer with
  done: string; // "acknowledged"
  undo?: boolean;
}

async function one(alert: Alert, plan: Plan): Promise<string> {
  const before = deeds.value.get(alert.alert) ?? null;
  set(alert.alert, { kind: "sent", patch: plan.patch });
  try {
    const answer = await plan.send(alert);
    set(alert.alert, { kind: "answered", alert: answer });
    if (answer.state === plan.becomes) return "";
    return answer.state === "resolved" ? "it is over already" : "there is news since what you saw; look at it again";
  } catch (error) {
    set(alert.alert, before);
    return problemFrom(error).message;
  }
}

async function all(alerts: readonly Alert[], plan: Plan): Promise<boolean> {
  const refusals = await Promise.all(alerts.map((alert) => one(alert, plan)));
  const problems = refusals.filter(Boolean);
  const good = alerts.filter((_, i) => !refusals[i]);
  const name = (list: readonly Alert[]): string => (list.length === 1 ? `Alert ${list[0]?.alert ?? ""}` : plural(list.length, "alert"));
  if (good.length > 0) say({ kind: "done", text: `${name(good)} ${plan.done}`, ...(plan.undo ? { undo: () => void giveBack(good) } : {}) });
  if (problems.length > 0) say({ kind: "failed", text: `${name(alerts)} not ${plan.done}`, detail: failureWords(problems, alerts.length) });
  return problems.length === 0;
}

export interface Words { comment?: string; until?: string }
const me = (): string | null => session.value?.user ?? null;
// Each call for itself, since a comment that is not there must not be sent.
const wordsOf = ({ comment, until }: Words): Words => ({ ...(comment ? { comment } : {}), ...(until ? { until } : {}) });

export const acknowledge = (alerts: readonly Alert[], words: Words = {}): Promise<boolean> => all(alerts, {
  patch: { state: "acknowledged", by: me(), comment: words.comment ?? null, until: words.until ?? null },
  send: (alert) => change("POST", "/api/v1/alerts/{alert}/acknowledge", { alert: alert.alert },
    { ...wordsOf(words), ...(alert.signature ? { seen: alert.signature } : {}) }),
  becomes: "acknowledged", done: "acknowledged", undo: true });

export const snooze = (alerts: readonly Alert[], until: string, comment = ""): Promise<boolean> => all(alerts, {
  patch: { state: "snoozed", by: me(), comment: comment || null, until },
  send: (alert) => change("POST", "/api/v1/alerts/{alert}/snooze", { alert: alert.alert }, { until, ...(comment ? { comment } : {}) }),
  becomes: "snoozed", done: "snoozed" });

export const resolve = (alerts: readonly Alert[], comment = ""): Promise<boolean> => all(alerts, {
  patch: { state: "resolved", by: me(), comment: comment || null, until: null },
  send: (alert) => change("POST", "/api/v1/alerts/{alert}/resolve", { alert: alert.alert }, comment ? { comment } : {}),
  becomes: "resolved", done: "resolved" });

export const giveBack = (alerts: readonly Alert[]): Promise<boolean> => all(alerts, {
  patch: { state: "firing", by: null, comment: null, until: null },
  send: (alert) => change("POST", "/api/v1/alerts/{alert}/unacknowledge", { alert: alert.alert }, {}),
  becomes: "firing", done: "given back" });
