// Lines of a graph, and the picture of a large one from afar.
import { NODE_HEIGHT, NODE_WIDTH, type GraphInput, type GraphLayout } from "../model/layout.ts";

export interface View { x: number; y: number; zoom: number } // where 0,0 of the layout lies on the screen

// A smooth line through the points x,y,x,y,…: straight at both ends, with a bend in each piece.
export function pathText(points: readonly number[], down: boolean): string {
  let text = `M${points[0] ?? 0} ${points[1] ?? 0}`;
  for (let i = 2; i + 1 < points.length; i += 2) {
    const [x0, y0, x1, y1] = [points[i - 2] ?? 0, points[i - 1] ?? 0, points[i] ?? 0, points[i + 1] ?? 0];
    const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
    text += down ? `C${x0} ${my} ${x1} ${my} ${x1} ${y1}` : `C${mx} ${y0} ${mx} ${y1} ${x1} ${y1}`;
  }
  return text;
}

const MOST_EDGES = 6000; // from afar more are a grey fog

// The colour of each state, as the style says.
function colours(element: Element, states: Iterable<string>): Map<string, string> {
  const probe = document.createElement("i");
  element.after(probe);
  const found = new Map<string, string>();
  for (const state of states) {
    probe.className = `is-${state}`;
    found.set(state, getComputedStyle(probe).getPropertyValue("--state") || getComputedStyle(probe).color);
  }
  probe.remove();
  return found;
}

export function drawFar(canvas: HTMLCanvasElement, layout: GraphLayout, input: GraphInput, tasks: readonly { state?: string }[], view: View,
  size: { width: number; height: number }, related: ReadonlySet<number> | null): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const palette = colours(canvas, new Set(tasks.map((task) => task.state ?? "waiting")));
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  pen.setTransform(view.zoom, 0, 0, view.zoom, view.x, view.y);
  if (input.edges.length <= MOST_EDGES) {
    pen.strokeStyle = style.getPropertyValue("--line-strong");
    pen.lineWidth = 0.7 / view.zoom;
    pen.beginPath();
    for (const path of layout.paths) {
      pen.moveTo(path[0] ?? 0, path[1] ?? 0);
      pen.lineTo(path.at(-2) ?? 0, path.at(-1) ?? 0);
    }
    pen.stroke();
  }
  // A dot is never smaller than a pixel and a half, or states would vanish.
  const width = Math.max(NODE_WIDTH, 1.5 / view.zoom), height = Math.max(NODE_HEIGHT, 1.5 / view.zoom);
  for (let i = 0; i < input.ids.length; i++) {
    pen.globalAlpha = related && !related.has(i) ? 0.25 : 1;
    pen.fillStyle = palette.get(tasks[i]?.state ?? "waiting") ?? "gray";
    pen.fillRect((layout.x[i] ?? 0) - width / 2, (layout.y[i] ?? 0) - height / 2, width, height);
  }
  pen.globalAlpha = 1;
}
