// A year of days in weeks, Monday first. Days are texts like 2026-11-22, in whatever zone the server
// counted them. Pure.

export interface Counts { queued: number; running: number; succeeded: number; partial: number; failed: number; cancelled: number }
export interface Square { day: string; week: number; weekday: number; state: string | null; total: number }

const DAY = 86_400_000;
const two = (value: number): string => String(value).padStart(2, "0");
const textOf = (at: Date): string => `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;

// The worst that happened on a day speaks for it.
export function worst(counts: Counts): string | null {
  for (const state of ["failed", "partial", "running", "queued", "cancelled", "succeeded"] as const) {
    if (counts[state] > 0) return state;
  }
  return null;
}

export const totalOf = (counts: Counts): number =>
  counts.queued + counts.running + counts.succeeded + counts.partial + counts.failed + counts.cancelled;

export function squaresOf(year: number, days: readonly ({ day: string } & Counts)[]): Square[] {
  const known = new Map(days.map((day) => [day.day, day]));
  const first = Date.UTC(year, 0, 1);
  const lead = (new Date(first).getUTCDay() + 6) % 7; // days of the first week that are not of this year
  const squares: Square[] = [];
  for (let i = 0; ; i++) {
    const at = new Date(first + i * DAY);
    if (at.getUTCFullYear() !== year) return squares;
    const day = textOf(at);
    const counts = known.get(day);
    squares.push({ day, week: Math.floor((i + lead) / 7), weekday: (i + lead) % 7, state: counts ? worst(counts) : null, total: counts ? totalOf(counts) : 0 });
  }
}

// The week in which each month begins, for the names above.
export function monthWeeks(year: number): number[] {
  const first = Date.UTC(year, 0, 1);
  const lead = (new Date(first).getUTCDay() + 6) % 7;
  return Array.from({ length: 12 }, (_, month) => Math.floor(((Date.UTC(year, month, 1) - first) / DAY + lead) / 7));
}
