// What happens, as it happens. Views say which topics concern them and are called, at most four times
// a second and only while the tab is looked at. After a cut they are called once, for what they missed.
import { effect, signal } from "@preact/signals";
import { LiveHub, type FromHub, type ToHub } from "./live_hub.ts";

declare const LIVE_WORKER: string; // the path of the worker's file, put in by build.mjs

export type LiveState = "connecting" | "live" | "cut" | "refused";
export const liveState = signal<LiveState>("connecting");
export const liveSince = signal(Date.now()); // ms; when the state began
export const visible = signal(document.visibilityState === "visible");

const LEAST_MS = 250;

interface Watch { topics: string[]; call: (topics: Set<string>) => void; pending: Set<string> }
const watches = new Set<Watch>();
let post: ((message: ToHub) => void) | null = null;
let timer = 0;
let lastFlush = 0;

function topicsOf(type: string, data: string): string[] {
  let run: unknown;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === "object" && value !== null && "run" in value) run = value.run;
  } catch { /* an event without an object concerns its topic alone */ }
  const ofRun = typeof run === "number" ? [`run:${run}`] : [];
  switch (type) {
    case "run": return ["runs", ...ofRun];
    case "task": case "progress": return ofRun;
    case "dag": return ["dags"];
    case "worker": return ["workers"];
    case "alert": return ["alerts"];
    default: return [`${type}s`, ...ofRun];
  }
}

function flush(): void {
  timer = 0;
  if (!visible.value) return;
  lastFlush = performance.now();
  for (const watch of watches) {
    if (watch.pending.size === 0) continue;
    const topics = watch.pending;
    watch.pending = new Set();
    watch.call(topics);
  }
}

function schedule(): void {
  if (timer || !visible.value) return;
  timer = window.setTimeout(flush, Math.max(0, lastFlush + LEAST_MS - performance.now()));
}

function concern(topics: string[] | "all"): void {
  for (const watch of watches) {
    for (const topic of watch.topics) if (topics === "all" || topics.includes(topic)) watch.pending.add(topic);
  }
  schedule();
}

function receive(message: FromHub): void {
  if (message.kind === "who") return announce();
  if (message.kind === "event") return concern(message.type === "reset" ? "all" : topicsOf(message.type, message.data));
  const back = message.state === "live" && liveState.value === "cut";
  if (message.since) liveSince.value = message.since;
  liveState.value = message.state;
  if (back) concern("all");
}

function announce(): void {
  post?.({ kind: "topics", topics: [...new Set([...watches].flatMap((watch) => watch.topics))] });
}

export function watch(topics: string[], call: (topics: Set<string>) => void): () => void {
  const mine: Watch = { topics, call, pending: new Set() };
  watches.add(mine);
  announce();
  return () => {
    watches.delete(mine);
    announce();
  };
}

export const retryLive = (): void => post?.({ kind: "retry" });

function throughWorker(): void {
  const worker = new SharedWorker(LIVE_WORKER, { name: "tidemill-live" });
  worker.port.onmessage = ({ data }: MessageEvent<FromHub>) => receive(data);
  post = (message) => worker.port.postMessage(message);
}

// Without shared workers: the tab that holds the lock leads, and speaks to the others by a channel.
function throughLeader(): void {
  const channel = new BroadcastChannel("tidemill-live");
  const me = Math.random().toString(36).slice(2);
  let hub: LiveHub | null = null;
  channel.onmessage = ({ data }: MessageEvent<{ tab: string; up: ToHub } | { down: FromHub }>) => {
    if ("down" in data) receive(data.down);
    else hub?.receive(data.tab, data.up);
  };
  post = (up) => (hub ? hub.receive(me, up) : channel.postMessage({ tab: me, up }));
  void navigator.locks.request("tidemill-live", () => {
    hub = new LiveHub((down) => { channel.postMessage({ down }); receive(down); });
    channel.postMessage({ down: { kind: "who" } });
    announce();
    return new Promise<never>(() => {}); // held until this tab is closed
  });
}

function alone(): void {
  const hub = new LiveHub(receive);
  post = (message) => hub.receive("me", message);
}

export function startLive(): void {
  if (typeof SharedWorker !== "undefined") throughWorker();
  else if (typeof BroadcastChannel !== "undefined" && "locks" in navigator) throughLeader();
  else alone();
  announce();
  // A connection that died without a word is otherwise noticed minutes later.
  addEventListener("offline", () => receive({ kind: "state", state: "cut", since: Date.now() }));
  addEventListener("online", retryLive);
  addEventListener("pagehide", () => post?.({ kind: "bye" }));
  addEventListener("pageshow", (event) => { if (event.persisted) announce(); });
  document.addEventListener("visibilitychange", () => { visible.value = document.visibilityState === "visible"; });
  effect(() => { if (visible.value) schedule(); });
}
