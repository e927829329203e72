// Lays graphs out beside the page, so that a large one never holds up a key or a click.
import { LARGEST_SMALL, layoutLarge, type GraphInput } from "../model/layout.ts";
import { layoutSmall } from "../model/layout_small.ts";

interface WorkerScope { onmessage: ((event: MessageEvent<{ id: number; input: GraphInput }>) => void) | null; postMessage(message: unknown): void }
// The library of the DOM describes pages, not workers.
const scope = globalThis as unknown as WorkerScope;

// Many edges cost dagre more than many tasks.
const isSmall = (input: GraphInput): boolean => input.ids.length <= LARGEST_SMALL && input.edges.length <= 4 * LARGEST_SMALL;

scope.onmessage = ({ data: { id, input } }) => scope.postMessage({ id, layout: isSmall(input) ? layoutSmall(input) : layoutLarge(input) });
