// The log of one attempt: opens at its end, or where the address says.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { get } from "../../api/client.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { extended, readSpan, rowsOf, spanText, type LineSpan, type LogWindow } from "../../model/log.ts";
import { bytesText } from "../../model/times.ts";
import { useLogReader, type Place } from "../../state/log_reader.ts";
import { say } from "../../state/toasts.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Loading, ProblemNotice } from "../../ui/Notices.tsx";
import { LogRows } from "./LogRows.tsx";
import { LogSearch } from "./LogSearch.tsx";

const NEAR = 600; // px from an edge at which more is read

function wanted(): Place {
  const span = readSpan(location.hash);
  const offset = Number(parameter("at"));
  if (span) return { at: "line", line: span.first };
  return parameter("at") !== "" && Number.isFinite(offset) ? { at: "offset", offset } : { at: "end" };
}

async function firstError(run: string, task: string, attempt: number): Promise<number | null> {
  let from: number | null = 0;
  while (from !== null) {
    const found: { lines: { offset: number }[]; next: number | null } = await get("/api/v1/runs/{run}/tasks/{task}/log/first-error", { run, task }, { attempt, from });
    if (found.lines[0]) return found.lines[0].offset;
    from = found.next;
  }
  return null;
}

export function Log({ run, task, attempt, going }: { run: string; task: string; attempt: number; going: boolean }) {
  const reader = useLogReader(run, task, attempt);
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ offset: string; top: number } | "end" | "target" | null>(null);
  const put = useRef(0); // where it was scrolled to, to stay at the end
  const opening = useRef(false); // what is scrolled until it is there does not change where it begins
  const alive = useRef(true);
  const drawn = useRef<LogWindow | null>(null);
  const following = useSignal(true);
  const wrap = useSignal(true);
  const times = useSignal(false);
  const folded = useSignal<ReadonlySet<number>>(new Set());
  const span = useSignal<LineSpan | null>(readSpan(location.hash));
  const target = parameter("at");
  const window = reader.window.value;

  const toError = async (): Promise<void> => {
    const offset = await firstError(run, task, attempt).catch(() => null);
    if (!alive.current) return; // the address is that of another view
    if (offset === null) say({ kind: "done", text: "No line looks like an error" });
    setQuery({ error: null, at: offset === null ? null : String(offset) });
  };

  const open = (place: Place): void => {
    opening.current = true;
    following.value = place.at === "end";
    put.current = 0;
    anchor.current = place.at === "end" ? "end" : "target";
    void reader.open(place).then((isThis) => { if (isThis) opening.current = false; });
  };
  useEffect(() => {
    if (parameter("error") === "first") { void toError(); return; }
    open(wanted());
  }, [reader, target, parameter("error")]);

  useEffect(() => () => { alive.current = false; }, []);

  // What is in sight stays where it is, whatever is put in above it: looked at just before other lines are drawn, for
  // it may have been moved while they were asked for.
  const keep = (): void => {
    const edge = box.current?.getBoundingClientRect().top ?? 0;
    const row = [...(box.current?.querySelectorAll<HTMLElement>("[data-offset]") ?? [])].find((one) => one.getBoundingClientRect().bottom > edge);
    anchor.current = row ? { offset: row.dataset["offset"] ?? "", top: row.getBoundingClientRect().top } : null;
  };
  if (drawn.current !== window && anchor.current === null) keep();
  useLayoutEffect(() => {
    drawn.current = window;
    const at = anchor.current;
    const element = box.current;
    if (!element || !window) return;
    if (at === "end") {
      // Who has scrolled away since is not fetched back; onScroll is about to hear of it.
      if (element.scrollTop < put.current - 1) return;
      element.scrollTop = element.scrollHeight;
      put.current = element.scrollTop;
    } else if (at === "target") {
      const row = element.querySelector(".log-row.chosen");
      if (row) element.scrollTop += row.getBoundingClientRect().top - element.getBoundingClientRect().top - element.clientHeight / 3;
    } else if (at) {
      const row = element.querySelector(`[data-offset="${at.offset}"]`);
      if (row) element.scrollTop += row.getBoundingClientRect().top - at.top;
    }
    anchor.current = following.value ? "end" : null;
  }, [window]);

  const onScroll = (): void => {
    const element = box.current;
    if (!element || !window || opening.current) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    following.value = left < 8 && reader.atEnd;
    if (following.value) put.current = element.scrollTop; // shorter lines have moved it
    anchor.current = following.value ? "end" : null;
    if (element.scrollTop < NEAR && window.from > 0) void reader.readBefore();
    else if (left < NEAR && !reader.atEnd) void reader.readAfter();
  };
  const toEnd = (): void => { if (target) setQuery({ at: null }); else open({ at: "end" }); };
  const choose = (line: number, more: boolean): void => {
    span.value = more ? extended(span.value, line) : { first: line, last: line };
    history.replaceState(null, "", location.pathname + location.search + spanText(span.value));
  };
  const fold = (offset: number): void => {
    const next = new Set(folded.value);
    if (!next.delete(offset)) next.add(offset);
    folded.value = next;
  };
  const raw = `/api/v1/runs/${run}/tasks/${encodeURIComponent(task)}/log/raw?attempt=${attempt}`;
  return (
    <div class="log-view">
      <div class="toolbar">
        <LogSearch run={run} task={task} attempt={attempt} />
        <Button icon="alerts" onClick={() => void toError()}>First error</Button>
        <span class="spring" />
        <span class="faint num size">{window && bytesText(window.size)}{going && following.value && " · follows"}</span>
        <Button pressed={times.value} icon="clock" title="Times" onClick={() => { times.value = !times.value; }} />
        <Button pressed={wrap.value} onClick={() => { wrap.value = !wrap.value; }}>Wrap</Button>
        <LinkButton icon="download" title="Download the whole log" href={raw} download />
        <Button icon="down" disabled={following.value} onClick={toEnd}>End</Button>
      </div>
      {reader.problem.value && <ProblemNotice problem={reader.problem.value} what="log" retry={() => open(wanted())} />}
      {!window && !reader.problem.value && <Loading rows={12} />}
      {window && (
        <div class={`log card ${wrap.value ? "wrapped" : ""} ${times.value ? "timed" : ""}`} ref={box} onScroll={onScroll} tabIndex={0} role="log" aria-label={`Log of attempt ${attempt}`} aria-live="off">
          {window.lines.length === 0 ? <p class="empty">{going ? "Nothing was written yet." : "It wrote nothing."}</p>
            : <LogRows rows={rowsOf(window.lines, folded.value)} window={window} span={span.value} target={Number(target || -1)} words={parameter("q")} onChoose={choose} onFold={fold} />}
        </div>
      )}
    </div>
  );
}
