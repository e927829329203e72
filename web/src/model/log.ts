// A part of a log in memory: lines side by side with what is before and behind them, never more than
// a bounded number. Offsets are bytes of the file; numbers of lines are known once they were counted. Pure.
import type { LogLine, LogRange } from "../api/schema.ts";

export interface LogWindow {
  lines: readonly LogLine[];
  from: number; // offset of the first line
  next: number; // offset behind the last line
  size: number; // of the file, when it was looked at last
  line: number | null; // number of the first line
  ended: boolean;
}

export const windowOf = (page: LogRange): LogWindow =>
  ({ lines: page.lines, from: page.from, next: page.next, size: page.size, line: page.line, ended: page.ended });

// The following part, taken on at the end; the beginning goes when there is too much.
export function joinAfter(window: LogWindow, page: LogRange, most: number): LogWindow {
  const fresh = page.lines.filter((line) => line.offset >= window.next);
  const lines = [...window.lines, ...fresh];
  const gone = Math.max(0, lines.length - most);
  const kept = lines.slice(gone);
  return { lines: kept, from: kept[0]?.offset ?? window.from, next: Math.max(window.next, page.next), size: Math.max(window.size, page.size),
    line: window.line === null ? null : window.line + gone, ended: page.ended };
}

// The part before, taken on at the beginning; the end goes when there is too much.
export function joinBefore(window: LogWindow, page: LogRange, most: number): LogWindow {
  const fresh = page.lines.filter((line) => line.offset < window.from);
  const lines = [...fresh, ...window.lines];
  const kept = lines.slice(0, most);
  const dropped = lines[most];
  return { lines: kept, from: kept[0]?.offset ?? window.from, next: dropped?.offset ?? window.next, size: Math.max(window.size, page.size),
    line: window.line === null ? page.line : window.line - fresh.length, ended: window.ended };
}

export const numberAt = (window: LogWindow, index: number): number | null => (window.line === null ? null : window.line + index);

// "#L120-L140" and "#L7"; null = it names no lines.
export interface LineSpan { first: number; last: number }

export function readSpan(hash: string): LineSpan | null {
  const found = /^#L(\d{1,12})(?:-L(\d{1,12}))?$/.exec(hash);
  if (!found) return null;
  const a = Number(found[1]), b = Number(found[2] ?? found[1]);
  return a > 0 && b > 0 ? { first: Math.min(a, b), last: Math.max(a, b) } : null;
}

export const spanText = (span: LineSpan): string => (span.first === span.last ? `#L${span.first}` : `#L${span.first}-L${span.last}`);

// The lines from the one that was marked before to this one, when the range is asked for.
export const extended = (span: LineSpan | null, line: number): LineSpan =>
  (span ? { first: Math.min(span.first, line), last: Math.max(span.first, line) } : { first: line, last: line });

// What a line is for the eye. Commands of GitHub Actions are known: groups fold, errors are marked.
export interface LogRow { line: LogLine; index: number; kind: "plain" | "group" | "error" | "warning" | "own"; text: string; depth: number; folded: boolean }

const COMMAND = /^::(group|endgroup|error|warning|notice)(?:\s[^:]*)?::(.*)$/;

export function rowsOf(lines: readonly LogLine[], folded: ReadonlySet<number>): LogRow[] {
  const rows: LogRow[] = [];
  const open: boolean[] = []; // of the groups around: is it folded?
  for (const [index, line] of lines.entries()) {
    const command = COMMAND.exec(line.text);
    const hidden = open.includes(true);
    if (command?.[1] === "endgroup") { open.pop(); continue; }
    if (command?.[1] === "group") {
      const shut = folded.has(line.offset);
      if (!hidden) rows.push({ line, index, kind: "group", text: command[2] ?? "", depth: open.length, folded: shut });
      open.push(shut);
      continue;
    }
    if (hidden) continue;
    const kind = command?.[1] === "error" ? "error" : command?.[1] === "warning" ? "warning" : line.stream === "tidemill" ? "own" : "plain";
    rows.push({ line, index, kind, text: command ? (command[2] ?? "") : line.text, depth: open.length, folded: false });
  }
  return rows;
}

// Where `words` stand in a text, whatever their case: the pieces between and with them.
export function marked(text: string, words: string): { text: string; hit: boolean }[] {
  const wanted = words.toLowerCase();
  if (!wanted) return [{ text, hit: false }];
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return [{ text, hit: false }]; // places would not fit
  const pieces = [];
  let at = 0;
  for (let found = lower.indexOf(wanted); found >= 0; found = lower.indexOf(wanted, at)) {
    if (found > at) pieces.push({ text: text.slice(at, found), hit: false });
    at = found + wanted.length;
    pieces.push({ text: text.slice(found, at), hit: true });
  }
  if (at < text.length) pieces.push({ text: text.slice(at), hit: false });
  return pieces;
}
