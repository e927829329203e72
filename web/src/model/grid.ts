// The grid of runs × tasks: what the server's short form means, which part of it is in sight, and
// where a key leads. Pure.

export interface Cell { state: string; attempts: number; start: number; took: number } // ms from the start of the run; took -1 = goes on

interface WireRun { run: number; state: string; duration_ms: number | null; started_at: string | null; created_at: string | null; cells: readonly (readonly number[])[] }
interface WireGrid<R extends WireRun> { states: readonly string[]; tasks: readonly string[]; hooks: number; runs: readonly R[] }

export interface GridRow { task: string; hook: boolean }
export interface GridView<R extends WireRun> { rows: GridRow[]; runs: R[]; cell: (row: number, column: number) => Cell | null }

// Oldest run first, so that time goes to the right.
export function readGrid<R extends WireRun>(wire: WireGrid<R>): GridView<R> {
  const runs = [...wire.runs].reverse();
  const rows = wire.tasks.map((task, i) => ({ task, hook: i >= wire.tasks.length - wire.hooks }));
  const cell = (row: number, column: number): Cell | null => {
    const numbers = runs[column]?.cells[row];
    const state = numbers?.[0];
    if (numbers === undefined || state === undefined) return null;
    return { state: wire.states[state] ?? "waiting", attempts: numbers[1] ?? 0, start: numbers[2] ?? 0, took: numbers[3] ?? 0 };
  };
  return { rows, runs, cell };
}

export interface Span { first: number; end: number } // end is behind the last

// The items of `size` px that are in sight, with `around` more on each side so that a step shows no gap.
export function inSight(count: number, size: number, scrolled: number, room: number, around = 4): Span {
  const first = Math.max(0, Math.min(count, Math.floor(scrolled / size) - around));
  const end = Math.max(first, Math.min(count, Math.ceil((scrolled + room) / size) + around));
  return { first, end };
}

export interface Place { row: number; column: number } // row -1 is the head with the runs

// Where a key leads from a cell; null = this key is not for the grid.
export function step(key: string, at: Place, rows: number, columns: number, page: number): Place | null {
  const to = (row: number, column: number): Place => ({
    row: Math.max(-1, Math.min(rows - 1, row)), column: Math.max(0, Math.min(columns - 1, column)),
  });
  switch (key) {
    case "ArrowUp": case "k": return to(at.row - 1, at.column);
    case "ArrowDown": case "j": return to(at.row + 1, at.column);
    case "ArrowLeft": case "h": return to(at.row, at.column - 1);
    case "ArrowRight": case "l": return to(at.row, at.column + 1);
    case "PageUp": return to(Math.max(0, at.row - page), at.column);
    case "PageDown": return to(at.row + page, at.column);
    case "Home": return to(at.row, 0);
    case "End": return to(at.row, columns - 1);
    case "mod+Home": return to(-1, 0);
    case "mod+End": return to(rows - 1, columns - 1);
    default: return null;
  }
}

// Heights of the bars over the runs, 0..1 of the longest. A run that goes on counts with its age.
export function barHeights(runs: readonly WireRun[], now: number): number[] {
  const took = runs.map((run) => run.duration_ms ?? (run.started_at ? Math.max(0, now - Date.parse(run.started_at)) : 0));
  const most = Math.max(1, ...took);
  return took.map((ms) => (ms === 0 ? 0 : Math.max(0.04, ms / most)));
}
