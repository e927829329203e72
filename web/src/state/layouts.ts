// Layouts of graphs, made by the worker when a graph is first shown.
import type { GraphInput, GraphLayout } from "../model/layout.ts";

declare const LAYOUT_WORKER: string; // the path of the worker's file, put in by build.mjs

let worker: Worker | null = null;
let count = 0;
const waiting = new Map<number, (layout: GraphLayout) => void>();

export function layoutOf(input: GraphInput): Promise<GraphLayout> {
  if (!worker) {
    worker = new Worker(LAYOUT_WORKER, { name: "tidemill-layout" });
    worker.onmessage = ({ data }: MessageEvent<{ id: number; layout: GraphLayout }>) => {
      waiting.get(data.id)?.(data.layout);
      waiting.delete(data.id);
    };
  }
  const id = ++count;
  return new Promise((done) => {
    waiting.set(id, done);
    worker?.postMessage({ id, input });
  });
}
