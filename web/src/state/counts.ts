// Figures of the head that every view shows: open alerts, and whether the scheduler starts anything.
import { signal } from "@preact/signals";
import { get } from "../api/client.ts";
import type { Delivery } from "../api/schema.ts";
import { again } from "../lib/again.ts";
import { now, setServerTime } from "./clock.ts";
import { watch } from "./live.ts";

export const openAlerts = signal(0);
export const heldBecause = signal(""); // why nothing new is started; empty = it is
export const version = signal("");
export const delivery = signal<Delivery | null>(null); // whether people can be reached
export const deliveryAsked = signal(0); // when that was asked, ms

const MOST = 100;
const AGAIN_MS = 15_000; // what is in the way of messages goes without an event

async function loadAlerts(): Promise<void> {
  const list = await get("/api/v1/alerts", {}, { state: "open", limit: MOST });
  openAlerts.value = list.alerts.length;
}

async function loadStatus(): Promise<void> {
  const status = await get("/api/v1/status", {});
  heldBecause.value = status.held_because;
  version.value = status.version;
  setServerTime(status.now);
  delivery.value = status.delivery;
  deliveryAsked.value = now.peek();
}

// What fails here is tried again at the next event; the banner says when there is no connection.
export function startCounts(): () => void {
  const load = again(() => Promise.allSettled([loadAlerts(), loadStatus()]));
  load();
  const timer = setInterval(() => {
    const known = delivery.peek();
    if (!document.hidden && known && (known.lag_seconds !== null || known.failing.length > 0)) load();
  }, AGAIN_MS);
  const leave = watch(["alerts", "runs", "notes"], load);
  return () => { clearInterval(timer); leave(); };
}
