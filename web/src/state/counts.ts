// Figures of the head that every view shows: open alerts, and whether the scheduler starts anything.
import { signal } from "@preact/signals";
import { get } from "../api/client.ts";
import { setServerTime } from "./clock.ts";
import { watch } from "./live.ts";

export const openAlerts = signal(0);
export const heldBecause = signal(""); // why nothing new is started; empty = it is
export const version = signal("");

const MOST = 100;

async function loadAlerts(): Promise<void> {
  const list = await get("/api/v1/alerts", {}, { state: "open", limit: MOST });
  openAlerts.value = list.alerts.length;
}

async function loadStatus(): Promise<void> {
  const status = await get("/api/v1/status", {});
  heldBecause.value = status.held_because;
  version.value = status.version;
  setServerTime(status.now);
}

// What fails here is tried again at the next event; the banner says when there is no connection.
export function startCounts(): () => void {
  const load = (): void => { void Promise.allSettled([loadAlerts(), loadStatus()]); };
  load();
  return watch(["alerts", "runs", "notes"], load);
}
