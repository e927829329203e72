// The shared worker that holds the one stream of events of this browser.
import { LiveHub, type FromHub, type ToHub } from "./live_hub.ts";

interface SharedWorkerScope { onconnect: ((event: MessageEvent) => void) | null }
// The library of the DOM describes pages, not workers.
const scope = globalThis as unknown as SharedWorkerScope;

const ports = new Map<string, MessagePort>();
const hub = new LiveHub((message: FromHub) => {
  for (const port of ports.values()) port.postMessage(message);
});
let count = 0;

scope.onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  const tab = String(++count);
  ports.set(tab, port);
  port.onmessage = ({ data }: MessageEvent<ToHub>) => {
    if (data.kind === "bye") ports.delete(tab);
    else ports.set(tab, port);
    hub.receive(tab, data);
  };
};
