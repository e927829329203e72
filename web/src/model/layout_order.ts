// The order of what lies in each column of a layered graph, with few crossings: barycentres from both sides,
// the best of several sweeps (Sugiyama, Tagawa and Toda 1981). Pure.

// `before` and `after`: the neighbours of each node, best only those in the columns beside its own.
export interface Layered { columns: number[][]; before: readonly (readonly number[])[]; after: readonly (readonly number[])[] }

const SWEEPS = 24, ENOUGH = 6; // sweeps in a row that make nothing better
const FEW = 2000, FEWER_SWEEPS = 4; // for more nodes, whose crossings nobody could count

// Pairs of edges of neighbouring columns that cross, counted as inversions (Barth, Mutzel and Jünger 2004).
export function crossings({ columns, after }: Layered, place: readonly number[]): number {
  const most = columns.reduce((longest, column) => Math.max(longest, column.length), 0);
  const tree = new Int32Array(most + 1); // Fenwick's: how many edges of this column end at a place or above
  const add = (end: number, edges: number): void => { for (let i = end + 1; i <= most; i += i & -i) tree[i] = (tree[i] ?? 0) + edges; };
  let count = 0;
  for (const column of columns) {
    const seen: number[] = [];
    for (const node of column) {
      const ends = (after[node] ?? []).map((other) => place[other] ?? 0);
      for (const end of ends) {
        count += seen.length;
        for (let i = end + 1; i > 0; i -= i & -i) count -= tree[i] ?? 0;
      }
      for (const end of ends) { add(end, 1); seen.push(end); }
    }
    for (const end of seen) add(end, -1);
  }
  return count;
}

// Sorts the columns in place.
export function order({ columns, before, after }: Layered): void {
  const place: number[] = [];
  const number = (column: readonly number[]): void => column.forEach((node, i) => { place[node] = i; });
  columns.forEach(number);
  const run = (sweep: number): void => {
    const onward = sweep % 2 === 0;
    const near = onward ? before : after;
    for (let step = 0; step < columns.length; step++) {
      const column = columns[onward ? step : columns.length - 1 - step] ?? [];
      const mean: number[] = [];
      for (const node of column) {
        const around = near[node] ?? [];
        let sum = 0;
        for (const other of around) sum += place[other] ?? 0;
        mean[place[node] ?? 0] = around.length === 0 ? place[node] ?? 0 : sum / around.length;
      }
      // Equal ones change sides every second time, which leads out of dead ends.
      if (sweep % 4 > 1) column.reverse();
      column.sort((a, b) => (mean[place[a] ?? 0] ?? 0) - (mean[place[b] ?? 0] ?? 0));
      number(column);
    }
  };
  if (after.length > FEW) {
    for (let sweep = 0; sweep < FEWER_SWEEPS; sweep++) run(sweep);
    return;
  }
  let best = columns.map((column) => [...column]);
  let least = crossings({ columns, before, after }, place);
  for (let sweep = 0, idle = 0; sweep < SWEEPS && idle < ENOUGH && least > 0; sweep++) {
    run(sweep);
    const found = crossings({ columns, before, after }, place);
    idle++;
    if (found < least) { least = found; idle = 0; best = columns.map((column) => [...column]); }
  }
  best.forEach((column, at) => columns[at]?.splice(0, column.length, ...column));
}
