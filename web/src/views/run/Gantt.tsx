// Tasks as bars in time: waiting for a slot, starting, running, between attempts. The tasks that
// decided when the run ended are marked.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Run, RunTimeline } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { partsOf, readTimeline, ticks, type GanttRow } from "../../model/gantt.ts";
import { inSight } from "../../model/grid.ts";
import { durationText } from "../../model/times.ts";
import { isOver } from "../../model/words.ts";
import { now } from "../../state/clock.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { State } from "../../ui/State.tsx";
import { taskHref } from "./Causes.tsx";

const ROW = 28; // px, as in gantt.css
const ALL = 60; // up to so many rows all are drawn

function Row({ run, row, span, top }: { run: number; row: GanttRow; span: number; top: number }) {
  const part = (ms: number): string => `${(100 * ms) / span}%`;
  return (
    <li class={row.critical ? "gantt-row critical" : "gantt-row"} style={{ top: `${top}px` }}>
      <a class="name" href={taskHref(run, row.task)} title={row.task}><State state={row.state} /><span class="cut">{row.task}</span>{row.attempts > 1 && <span class="count">{row.attempts}</span>}</a>
      <span class="track">
        {row.bars.map((bar, i) => (
          <span key={i} class={`bar ${bar.kind}`} title={bar.words} style={{ left: part(bar.from), width: part(bar.until - bar.from) }} />
        ))}
      </span>
    </li>
  );
}

// Only the rows in sight are drawn: a run may have thousands of tasks.
function useSight(count: number): { box: { current: HTMLUListElement | null }; first: number; end: number } {
  const box = useRef<HTMLUListElement>(null);
  const [sight, setSight] = useState({ first: 0, end: Math.min(count, ALL) });
  useEffect(() => {
    if (count <= ALL) { setSight({ first: 0, end: count }); return; }
    const look = (): void => {
      const top = box.current?.getBoundingClientRect().top ?? 0;
      const next = inSight(count, ROW, Math.max(0, -top), innerHeight, 20);
      setSight((old) => (old.first === next.first && old.end === next.end ? old : next));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => { removeEventListener("scroll", look); removeEventListener("resize", look); };
  }, [count]);
  return { box, ...sight };
}

const LEGEND = [["queued", "waits for a slot"], ["starting", "given to a worker"], ["running", "runs"], ["succeeded", "succeeded"], ["failed", "failed"], ["retry", "between attempts"]] as const;

function Picture({ run, wire }: { run: Run; wire: RunTimeline }) {
  const only = parameter("critical") === "1";
  const gantt = readTimeline(wire, isOver(run.state) ? Date.parse(run.ended_at ?? wire.now ?? "") : now.value);
  const rows = only ? gantt.rows.filter((row) => row.critical) : gantt.rows;
  const { box, first, end } = useSight(rows.length);
  const parts = partsOf(gantt.rows.filter((row) => row.critical));
  return (
    <>
      <div class="toolbar">
        <Button pressed={only} onClick={() => setQuery({ critical: only ? null : "1" }, "push")}>Critical path</Button>
        <span class="soft">{wire.critical_path.length > 0 && `${durationText(parts.work)} of work${parts.queue + parts.start + parts.retry > 0 ? `, ${durationText(parts.queue + parts.start)} of waiting and starting${parts.retry > 0 ? `, ${durationText(parts.retry)} between attempts` : ""}` : ""} decided when it ended`}</span>
        <span class="spring" />
        <span class="legend">{LEGEND.map(([kind, name]) => <span key={kind}><i class={`bar ${kind}`} />{name}</span>)}</span>
      </div>
      <div class="gantt card">
        <div class="axis" aria-hidden="true">
          <span class="name" />
          <span class="track">{ticks(gantt.span, innerWidth < 640 ? 3 : 8).map((mark) => <span key={mark.at} class="tick" style={{ left: `${(100 * mark.at) / gantt.span}%` }}>{mark.text}</span>)}</span>
        </div>
        <ul ref={box} aria-label="Tasks in time" style={{ height: `${rows.length * ROW}px` }}>
          {rows.slice(first, end).map((row, i) => <Row key={row.task} run={run.run} row={row} span={gantt.span} top={(first + i) * ROW} />)}
        </ul>
      </div>
    </>
  );
}

export function GanttTab({ run }: { run: Run }) {
  const timeline = useGet("/api/v1/runs/{run}/timeline", { run: run.run }, {}, [`run:${run.run}`]);
  return <Show from={timeline} what="timeline" rows={8}>{(wire) => <Picture run={run} wire={wire} />}</Show>;
}
