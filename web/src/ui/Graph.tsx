// A graph of tasks that can be moved, zoomed and walked through with the arrows. Only what is in sight
// is drawn; from afar a large graph is a picture of coloured dots.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { go } from "../lib/router.ts";
import { graphOf, neighbour, NODE_HEIGHT, NODE_WIDTH, reach, type GraphLayout } from "../model/layout.ts";
import { layoutOf } from "../state/layouts.ts";
import { Button } from "./Button.tsx";
import { drawFar, pathText, type View } from "./graph_drawing.ts";
import { Loading } from "./Notices.tsx";
import { State } from "./State.tsx";

export interface GraphTask { id: string; needs: readonly string[]; state?: string; note?: string }

const LEAST_ZOOM = 0.02, MOST_ZOOM = 2, MOST_NODES = 500; // above so many in sight, dots
const READABLE = 0.62; // a graph that is little too large begins at this zoom, at its start or its chosen task

function fit(layout: GraphLayout, width: number, height: number): View {
  const zoom = Math.max(LEAST_ZOOM, Math.min(1, (width - 32) / layout.width, (height - 32) / layout.height));
  return { x: (width - layout.width * zoom) / 2, y: (height - layout.height * zoom) / 2, zoom };
}

function begin(layout: GraphLayout, chosen: number, width: number, height: number): View {
  const all = fit(layout, width, height);
  if (all.zoom >= READABLE || all.zoom < READABLE / 4) return all;
  const x = chosen < 0 ? NODE_WIDTH / 2 : layout.x[chosen] ?? 0, y = chosen < 0 ? layout.height / 2 : layout.y[chosen] ?? 0;
  // In the middle, but never with more empty room than a margin.
  const place = (room: number, size: number, at: number): number =>
    size * READABLE <= room - 32 ? (room - size * READABLE) / 2 : Math.min(16, Math.max(room - 16 - size * READABLE, room / 2 - at * READABLE));
  return { zoom: READABLE, x: place(width, layout.width, x), y: place(height, layout.height, y) };
}

export function Graph({ tasks, hrefOf, chosen, onChoose, label }: {
  tasks: readonly GraphTask[]; hrefOf?: (task: string) => string; chosen: string; onChoose: (task: string) => void; label: string }) {
  const shape = tasks.map((task) => `${task.id}<${task.needs.join(",")}`).join(";");
  const down = matchMedia("(max-width: 640px)").matches;
  const input = useMemo(() => ({ ...graphOf(tasks), down }), [shape, down]);
  const [layout, setLayout] = useState<GraphLayout | null>(null);
  const [view, setView] = useState<View>({ x: 0, y: 0, zoom: 1 });
  const [size, setSize] = useState({ width: 1000, height: 500 });
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    let current = true;
    void layoutOf(input).then((made) => {
      if (!current) return;
      setLayout(made);
      const element = box.current;
      if (element) setView(begin(made, input.ids.indexOf(chosen), element.clientWidth, element.clientHeight));
    });
    return () => { current = false; };
  }, [input]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const at = input.ids.indexOf(chosen);
  const related = useMemo(() => at < 0 ? null : new Set([at, ...reach(input, at, "up"), ...reach(input, at, "down")]), [input, at]);
  const zoomBy = (factor: number, cx = size.width / 2, cy = size.height / 2): void => setView((now) => {
    const zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, now.zoom * factor));
    const ratio = zoom / now.zoom;
    return { zoom, x: cx - (cx - now.x) * ratio, y: cy - (cy - now.y) * ratio };
  });
  // A listener of preact is passive for wheels in some browsers, and the page would scroll as well.
  useEffect(() => {
    const element = box.current;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const rect = element?.getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY / 300), event.clientX - (rect?.left ?? 0), event.clientY - (rect?.top ?? 0));
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, [size]);
  const sight: number[] = [];
  if (layout) {
    const [w, h] = [NODE_WIDTH / 2, NODE_HEIGHT / 2];
    for (let i = 0; i < input.ids.length; i++) {
      const x = (layout.x[i] ?? 0) * view.zoom + view.x, y = (layout.y[i] ?? 0) * view.zoom + view.y;
      if (x > -w * view.zoom && x < size.width + w * view.zoom && y > -h * view.zoom && y < size.height + h * view.zoom) sight.push(i);
    }
  }
  const far = sight.length > MOST_NODES;
  useEffect(() => { if (far && layout && canvas.current) drawFar(canvas.current, layout, input, tasks, view, size, related); });
  const centre = (node: number): void => {
    if (layout) setView((now) => ({ ...now, zoom: Math.max(now.zoom, 0.6), x: size.width / 2 - (layout.x[node] ?? 0) * Math.max(now.zoom, 0.6), y: size.height / 2 - (layout.y[node] ?? 0) * Math.max(now.zoom, 0.6) }));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!layout || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && at >= 0 && hrefOf) go(hrefOf(chosen));
    else if (event.key.startsWith("Arrow")) {
      const next = at < 0 ? 0 : neighbour(input, layout, at, event.key);
      if (next !== null) { onChoose(input.ids[next] ?? ""); centre(next); }
    } else if (event.key === "+" || event.key === "-") zoomBy(event.key === "+" ? 1.25 : 0.8);
    else if (event.key === "0") setView(fit(layout, size.width, size.height));
    else if (event.key === "Escape") onChoose("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const inSight = new Set(sight);
  const faded = (node: number): string => (related && !related.has(node) ? " faded" : "");
  return (
    <div class="graph" ref={box} role="application" tabIndex={0} aria-label={`${label}. Arrows walk along the edges.`} onKeyDown={onKey}
      onPointerDown={(event) => { if (event.button === 0) drag.current = { x: event.clientX, y: event.clientY }; }}
      onPointerMove={(event) => {
        const from = drag.current;
        if (!from || event.buttons !== 1) { drag.current = null; return; }
        setView((now) => ({ ...now, x: now.x + event.clientX - from.x, y: now.y + event.clientY - from.y }));
        drag.current = { x: event.clientX, y: event.clientY };
      }}>
      {!layout && <Loading rows={3} />}
      <canvas ref={canvas} width={size.width} height={size.height} hidden={!far} aria-hidden="true" />
      {layout && !far && (
        <div class="graph-all" style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`, width: `${layout.width}px`, height: `${layout.height}px` }}>
          <svg width={layout.width} height={layout.height} aria-hidden="true">
            {input.edges.map(([from, to], i) => (inSight.has(from) || inSight.has(to)) &&
              <path key={i} class={related?.has(from) && related.has(to) ? "edge near" : `edge${related ? " faded" : ""}`} d={pathText(layout.paths[i] ?? [], down)} />)}
          </svg>
          {sight.map((node) => {
            const task = tasks[node];
            return task && (
              <button key={task.id} type="button" tabIndex={-1} class={`node${task.state ? ` is-${task.state}` : ""}${node === at ? " at" : faded(node)}`} title={task.id}
                style={{ left: `${(layout.x[node] ?? 0) - NODE_WIDTH / 2}px`, top: `${(layout.y[node] ?? 0) - NODE_HEIGHT / 2}px` }}
                onClick={() => onChoose(task.id)} onDblClick={() => { if (hrefOf) go(hrefOf(task.id)); }}>
                {task.state && <State state={task.state} size={14} />}<span class="cut">{task.id}</span>{task.note && <i>{task.note}</i>}
              </button>
            );
          })}
        </div>
      )}
      <div class="graph-tools segments">
        <Button kind="quiet" icon="plus" title="Larger" onClick={() => zoomBy(1.25)} />
        <Button kind="quiet" title="Smaller" onClick={() => zoomBy(0.8)}>−</Button>
        <Button kind="quiet" onClick={() => layout && setView(fit(layout, size.width, size.height))}>All</Button>
      </div>
    </div>
  );
}
