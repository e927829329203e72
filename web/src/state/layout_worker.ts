// Lays graphs out beside the page, so that a large one never holds up a key or a click.
import { layout, type GraphInput } from "../model/layout.ts";

interface WorkerScope { onmessage: ((event: MessageEvent<{ id: number; input: GraphInput }>) => void) | null; postMessage(message: unknown): void }
// The library of the DOM describes pages, not workers.
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { id, input } }) => scope.postMessage({ id, layout: layout(input) });
