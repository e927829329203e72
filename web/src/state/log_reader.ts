// A log as it is looked at: a bounded window that moves over a file of any size. Opens at the end, at a
// line, or at a place; reads on in both directions; follows while the attempt goes on.
import { useEffect, useRef } from "preact/hooks";
import { signal, type Signal } from "@preact/signals";
import { get, problemFrom, type Problem } from "../api/client.ts";
import { joinAfter, joinBefore, windowOf, type LogWindow } from "../model/log.ts";
import { visible } from "./live.ts";

const PATH = "/api/v1/runs/{run}/tasks/{task}/log";
const OPENED = 192 * 1024; // bytes
const READ = 128 * 1024;
const MOST_LINES = 3000;
const FOLLOW_MS = 1000;

export type Place = { at: "end" } | { at: "line"; line: number } | { at: "offset"; offset: number };

export class LogReader {
  readonly window: Signal<LogWindow | null> = signal(null);
  readonly problem: Signal<Problem | null> = signal(null);
  private busy = false;
  private wanted: ((mine: number) => Promise<void>) | null = null; // what was asked for meanwhile, last
  private opened = 0; // an answer to an older question is dropped

  constructor(private readonly run: string, private readonly task: string, private readonly attempt: number) {}

  private ask(query: { from?: number; line?: number; bytes: number; numbers?: boolean }) {
    return get(PATH, { run: this.run, task: this.task }, { attempt: this.attempt, ...query });
  }

  // One question at a time, the last one that was asked meanwhile after it; what fails leaves what is there.
  private async once(work: (mine: number) => Promise<void>): Promise<boolean> {
    if (this.busy) {
      this.wanted = work;
      return false;
    }
    this.busy = true;
    const mine = this.opened;
    try {
      await work(mine);
      this.problem.value = null;
    } catch (error) {
      if (mine === this.opened) this.problem.value = problemFrom(error);
    }
    if (mine !== this.opened) return false;
    this.busy = false;
    const { wanted } = this;
    this.wanted = null;
    if (wanted) void this.once(wanted);
    return true;
  }

  async open(place: Place): Promise<boolean> {
    this.opened++;
    this.busy = false;
    this.wanted = null;
    return this.once(async (mine) => {
      const page = await this.ask(place.at === "end" ? { bytes: OPENED } : place.at === "line"
        ? { line: Math.max(1, place.line - 40), bytes: OPENED, numbers: true } : { from: Math.max(0, place.offset - READ / 2), bytes: OPENED });
      if (mine !== this.opened) return;
      this.window.value = windowOf(page);
      if (page.line === null) void this.count(mine);
    });
  }

  // Numbers of lines far in a large log take the server a moment; they come when they come.
  private async count(mine: number): Promise<void> {
    const from = this.window.value?.from ?? 0;
    try {
      const page = await this.ask({ from, bytes: 1, numbers: true });
      const window = this.window.value;
      const index = window?.lines.findIndex((line) => line.offset === page.from) ?? -1;
      if (mine !== this.opened || !window || page.line === null) return;
      if (index >= 0) this.window.value = { ...window, line: page.line - index };
      else if (window.from !== from) void this.count(mine); // one has read on from there meanwhile
    } catch { /* the log is there without them */ }
  }

  readBefore(): Promise<boolean> {
    return this.once(async (mine) => {
      const window = this.window.value;
      if (!window || window.from === 0) return;
      const from = Math.max(0, window.from - READ);
      const page = await this.ask({ from, bytes: window.from - from });
      if (mine === this.opened) this.window.value = joinBefore(this.window.value ?? window, page, MOST_LINES);
    });
  }

  readAfter(): Promise<boolean> {
    return this.once(async (mine) => {
      const window = this.window.value;
      if (!window) return;
      const page = await this.ask({ from: window.next, bytes: READ });
      if (mine === this.opened && (page.lines.length > 0 || page.size !== window.size || page.ended !== window.ended)) {
        this.window.value = joinAfter(this.window.value ?? window, page, MOST_LINES);
      }
    });
  }

  get atEnd(): boolean {
    const window = this.window.value;
    return window !== null && window.next >= window.size;
  }

  // Asks for more while the log may grow and somebody looks.
  follow(): () => void {
    const timer = setInterval(() => {
      if (visible.value && !this.busy && this.window.value && this.atEnd && !this.window.value.ended) void this.readAfter();
    }, FOLLOW_MS);
    return () => clearInterval(timer);
  }
}

export function useLogReader(run: string, task: string, attempt: number): LogReader {
  const held = useRef<{ key: string; reader: LogReader } | null>(null);
  const key = `${run}/${task}/${attempt}`;
  if (held.current?.key !== key) held.current = { key, reader: new LogReader(run, task, attempt) };
  const { reader } = held.current;
  useEffect(() => reader.follow(), [reader]);
  return reader;
}
