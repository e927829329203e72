// Runs × tasks. Only what is in sight is drawn, in both directions; the arrows move a cursor through
// all of it, and Enter opens what it stands on.
import { Component } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Grid as WireGrid, GridRun } from "../../api/schema.ts";
import { get } from "../../api/client.ts";
import { nameOf } from "../../lib/keys.ts";
import { go, parameter, setQuery } from "../../lib/router.ts";
import { barHeights, inSight, readGrid, step, type GridView, type Place } from "../../model/grid.ts";
import { durationText } from "../../model/times.ts";
import { isOver, plural, stateWords } from "../../model/words.ts";
import { now } from "../../state/clock.ts";
import { State, useStamps } from "../../ui/State.tsx";
import { Time } from "../../ui/Time.tsx";

const CELL = 24, ROW = 24, HEAD = 72, BAR = 52; // px; as in styles/grid.css

const hrefOf = (view: GridView<GridRun>, at: Place): string => {
  const run = view.runs[at.column]?.run ?? 0;
  const task = view.rows[at.row]?.task;
  return task === undefined ? `/runs/${run}` : `/runs/${run}/tasks/${encodeURIComponent(task)}`;
};

const REST_MS = 250;

// Why what the cursor rests on has no end yet.
function Why({ run, task }: { run: number; task: string | undefined }) {
  const [sentence, setSentence] = useState("");
  useEffect(() => {
    const leave = new AbortController();
    const timer = setTimeout(() => {
      (task === undefined ? get("/api/v1/runs/{run}/explain", { run }, {}, leave.signal) : get("/api/v1/runs/{run}/tasks/{task}/explain", { run, task }, {}, leave.signal))
        .then((why) => setSentence(why.sentence), () => {}); // the task's own page says what went wrong
    }, REST_MS);
    return () => { clearTimeout(timer); leave.abort(); };
  }, []);
  return <span class="why soft cut">{sentence}</span>;
}

// What stands in the line below: the cell in words.
function About({ view, at }: { view: GridView<GridRun>; at: Place }) {
  const run = view.runs[at.column];
  if (!run) return null;
  const cell = view.cell(at.row, at.column);
  const row = view.rows[at.row];
  return (
    <p class="about-cell" role="status">
      <b>#{run.run}</b> <Time at={run.interval_start ?? run.created_at} />
      {row ? <><b>{row.task}</b>{cell ? <><State state={cell.state} label />{cell.attempts > 1 && <span>{plural(cell.attempts, "attempt")}</span>}{cell.attempts > 0 && cell.took >= 0 && <span>took {durationText(cell.took)}</span>}{!isOver(cell.state) && <Why key={`${run.run}/${row.task}/${cell.state}`} run={run.run} task={row.task} />}</> : <span class="faint">not in version {run.version}</span>}</>
        : <><State state={run.state} label />{run.duration_ms !== null && <span>{run.ended_at ? "took" : "running for"} {durationText(run.duration_ms)}</span>}{run.reason && <span class="soft cut">{run.reason}</span>}{!isOver(run.state) && <Why key={`${run.run}/${run.state}`} run={run.run} task={undefined} />}</>}
    </p>
  );
}

interface RowProps { view: GridView<GridRun>; row: number; first: number; end: number; cursor: number }

// Drawn again only when something of it is different: scrolling draws the rows that come, not all.
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { view, row, first, end, cursor } = this.props;
    return next.view !== view || next.row !== row || next.first !== first || next.end !== end || next.cursor !== cursor;
  }
  override render({ view, row, first, end, cursor }: RowProps) {
    const { task, hook } = view.rows[row] ?? { task: "", hook: false };
    const cells = [];
    for (let column = first; column < end; column++) {
      const cell = view.cell(row, column);
      const tries = cell && cell.attempts > 1 ? cell.attempts : 0;
      cells.push(
        <div key={column} id={`cell-${row}-${column}`} role="gridcell" class={`cell${cursor === column ? " at" : ""}${cell ? ` stamp is-${cell.state}` : ""}`} data-column={column}
          data-tries={tries > 9 ? "+" : tries || undefined} style={{ left: `${column * CELL}px` }}
          aria-label={cell ? `${task}, run ${view.runs[column]?.run ?? ""}: ${stateWords(cell.state)}${tries ? `, ${tries} attempts` : ""}` : "no such task"} />);
    }
    return (
      <div class="grid-row" role="row" data-row={row} style={{ top: `${row * ROW}px` }}>
        <span class={hook ? "task hook" : "task"} role="rowheader" title={task}>{task}</span>{cells}
      </div>
    );
  }
}

export function Grid({ grid }: { grid: WireGrid }) {
  useStamps();
  const view = useMemo(() => readGrid(grid), [grid]);
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, left: 0, width: 1200, height: 640 });
  const [at, setAt] = useState<Place>(() => {
    const [run, task] = parameter("cell").split("/", 2);
    const column = view.runs.findIndex((one) => String(one.run) === run);
    return { row: view.rows.findIndex((one) => one.task === task), column: column < 0 ? view.runs.length - 1 : column };
  });
  const frame = useRef(0);
  const look = (): void => {
    const element = box.current;
    frame.current = 0;
    if (element) setSight({ top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight });
  };
  const lookSoon = (): void => { frame.current ||= requestAnimationFrame(look); };
  useLayoutEffect(() => { if (box.current) box.current.scrollLeft = box.current.scrollWidth; look(); }, []);
  useEffect(() => {
    const observer = new ResizeObserver(lookSoon);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const names = box.current ? parseFloat(getComputedStyle(box.current).getPropertyValue("--names")) : 220;
  const rows = inSight(view.rows.length, ROW, sight.top, sight.height - HEAD);
  const columns = inSight(view.runs.length, CELL, sight.left, sight.width - names);
  const show = (place: Place): void => {
    const element = box.current;
    if (!element) return;
    const y = place.row * ROW, x = place.column * CELL;
    if (place.row >= 0) element.scrollTop = Math.max(Math.min(element.scrollTop, y), y + ROW + HEAD - element.clientHeight);
    element.scrollLeft = Math.max(Math.min(element.scrollLeft, x), x + CELL + names - element.clientWidth);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter") { event.preventDefault(); go(hrefOf(view, at)); return; }
    const next = step(nameOf(event), at, view.rows.length, view.runs.length, Math.floor((sight.height - HEAD) / ROW));
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    setAt(next);
    show(next);
  };
  // The place stands in the address, once the arrows rest.
  const cell = `${view.runs[at.column]?.run ?? ""}${at.row >= 0 ? `/${view.rows[at.row]?.task ?? ""}` : ""}`;
  useEffect(() => {
    const timer = setTimeout(() => { if (document.activeElement === box.current) setQuery({ cell }); }, 300);
    return () => clearTimeout(timer);
  }, [cell]);
  const placeOf = (event: Event): Place | null => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-column]") : null;
    return target && { row: Number(target.closest<HTMLElement>("[data-row]")?.dataset["row"] ?? -1), column: Number(target.dataset["column"]) };
  };
  const onPointer = (event: PointerEvent): void => {
    const place = placeOf(event);
    if (place) setAt(place);
  };
  // Cells are no links of their own, for there are thousands, but do as links do.
  const onClick = (event: MouseEvent): void => {
    const place = placeOf(event);
    if (!place || place.row < 0 || event.button > 1) return;
    if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(hrefOf(view, place), "_blank", "noopener");
    else go(hrefOf(view, place));
  };
  const heights = barHeights(view.runs, now.value);
  const shown = (span: { first: number; end: number }): number[] => Array.from({ length: span.end - span.first }, (_, i) => span.first + i);
  return (
    <>
      <div class="grid" ref={box} role="grid" tabIndex={0} aria-label="Runs and their tasks" aria-rowcount={view.rows.length + 1} aria-colcount={view.runs.length + 1}
        aria-activedescendant={at.row >= 0 ? `cell-${at.row}-${at.column}` : `run-${at.column}`} onScroll={lookSoon} onKeyDown={onKey} onPointerOver={onPointer} onClick={onClick} onAuxClick={onClick}>
        <div class="grid-all" style={{ width: `calc(var(--names) + ${view.runs.length * CELL}px)`, height: `${HEAD + view.rows.length * ROW}px` }}>
          <div class="grid-head" role="row">
            <span class="corner" role="columnheader">{plural(view.rows.length, "task")}</span>
            {shown(columns).map((column) => {
              const run = view.runs[column];
              return run && (
                <div key={run.run} id={`run-${column}`} role="columnheader" data-column={column} class={`run is-${run.state} ${at.column === column ? "at" : ""}`}
                  style={{ left: `calc(var(--names) + ${column * CELL}px)` }}><a tabIndex={-1} href={`/runs/${run.run}`} aria-label={`Run ${run.run}: ${stateWords(run.state)}`}>
                  <span class="bar" style={{ height: `${(heights[column] ?? 0) * BAR}px` }} /><State state={run.state} size={13} />
                </a></div>
              );
            })}
          </div>
          <div class="grid-rows">
            {shown(rows).map((row) => <Row key={row} view={view} row={row} first={columns.first} end={columns.end} cursor={at.row === row ? at.column : -1} />)}
          </div>
        </div>
      </div>
      <About view={view} at={at} />
    </>
  );
}
