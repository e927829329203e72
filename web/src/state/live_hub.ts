// One stream of events for several tabs. A browser opens six connections to a host at most, so a
// stream for each tab would leave the seventh tab without any. Runs in a shared worker, or in the tab
// that leads where there is none.

export type ToHub = { kind: "topics"; topics: string[] } | { kind: "bye" } | { kind: "retry" };
export type FromHub =
  | { kind: "event"; type: string; data: string }
  | { kind: "state"; state: "connecting" | "live" | "cut" | "refused"; since: number }
  | { kind: "who" }; // a new leader asks the tabs for their topics

export const EVENT_TYPES = ["run", "task", "progress", "dag", "worker", "note", "alert", "approval", "reset"] as const;
const REOPEN_MS = 30; // topics change in bursts while a view is built

export class LiveHub {
  private readonly tabs = new Map<string, string[]>();
  private source: EventSource | null = null;
  private topics = "";
  private lastId = "";
  private timer = 0;
  private state: FromHub & { kind: "state" } = { kind: "state", state: "connecting", since: 0 };

  constructor(private readonly send: (message: FromHub) => void) {}

  receive(tab: string, message: ToHub): void {
    if (message.kind === "bye") this.tabs.delete(tab);
    if (message.kind === "topics") {
      this.tabs.set(tab, message.topics);
      this.send(this.state);
    }
    if (message.kind === "retry") {
      this.close();
      this.state = { kind: "state", state: "connecting", since: 0 };
    }
    clearTimeout(this.timer);
    this.timer = Number(setTimeout(() => this.apply(), REOPEN_MS));
  }

  private apply(): void {
    const wanted = [...new Set([...this.tabs.values()].flat())].sort().join(",");
    if (wanted === this.topics && this.source) return;
    this.close();
    this.topics = wanted;
    if (wanted) this.open();
  }

  private close(): void {
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    const resume = this.lastId ? `&last_event_id=${encodeURIComponent(this.lastId)}` : "";
    const source = new EventSource(`/api/v1/events?topics=${encodeURIComponent(this.topics)}${resume}`);
    this.source = source;
    source.onopen = () => {
      this.say("live");
      // What happened between the loading of a page and now came to nobody.
      if (!resume) this.send({ kind: "event", type: "reset", data: "{}" });
    };
    // The browser comes back by itself, unless the server said no.
    source.onerror = () => this.say(source.readyState === EventSource.CLOSED ? "refused" : "cut");
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, (event) => {
        if (event.lastEventId) this.lastId = event.lastEventId;
        this.send({ kind: "event", type, data: String(event.data) });
      });
    }
  }

  private say(state: "live" | "cut" | "refused"): void {
    if (this.state.state === state) return;
    this.state = { kind: "state", state, since: Date.now() };
    this.send(this.state);
  }
}
