// Times and durations in words. All moments are RFC 3339 texts of the server; all durations are
// milliseconds. Pure: the present is handed in.

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
export type Zone = "local" | "utc";

// Two units at most, as `tidemill` prints them: 7ms, 1.3s, 42s, 1m 06s, 2h 14m, 3d 4h.
export function durationText(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const t = Math.max(0, ms);
  if (t < SECOND) return `${Math.round(t)}ms`;
  if (t < 10 * SECOND) return `${(Math.floor(t / 100) / 10).toFixed(1)}s`;
  if (t < MINUTE) return `${Math.floor(t / SECOND)}s`;
  if (t < HOUR) return `${Math.floor(t / MINUTE)}m ${two(Math.floor((t % MINUTE) / SECOND))}s`;
  if (t < DAY) return `${Math.floor(t / HOUR)}h ${two(Math.floor((t % HOUR) / MINUTE))}m`;
  return `${Math.floor(t / DAY)}d ${Math.floor((t % DAY) / HOUR)}h`;
}

// One unit, for ages: 5 s, 12 min, 3 h, 4 d.
export function ageText(ms: number): string {
  const t = Math.max(0, ms);
  if (t < MINUTE) return `${Math.floor(t / SECOND)} s`;
  if (t < HOUR) return `${Math.floor(t / MINUTE)} min`;
  if (t < DAY) return `${Math.floor(t / HOUR)} h`;
  return `${Math.floor(t / DAY)} d`;
}

// "3 min ago", "in 2 h", "now".
export function relativeText(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < 1000) return "now";
  return distance < 0 ? `${ageText(-distance)} ago` : `in ${ageText(distance)}`;
}

interface Parts { year: string; month: string; day: string; hour: string; minute: string; second: string; weekday: string }

const formats = new Map<Zone, Intl.DateTimeFormat>();

function partsOf(at: number, zone: Zone): Parts {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      ...(zone === "utc" ? { timeZone: "UTC" } : {}), hourCycle: "h23", weekday: "short",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    formats.set(zone, format);
  }
  const found: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) found[type] = value;
  const part = (name: string): string => found[name] ?? "";
  return { year: part("year"), month: part("month"), day: part("day"), hour: part("hour"), minute: part("minute"),
    second: part("second"), weekday: part("weekday") };
}

export function clockText(at: number, zone: Zone, seconds = false): string {
  const p = partsOf(at, zone);
  return `${p.hour}:${p.minute}${seconds ? `:${p.second}` : ""}`;
}

export function dateText(at: number, zone: Zone): string {
  const p = partsOf(at, zone);
  return `${p.year}-${p.month}-${p.day}`;
}

// As short as it can be without being ambiguous: 14:05 today, Fri 14:05 within six days, else 2026-11-20 14:05.
export function momentText(at: number, now: number, zone: Zone): string {
  const clock = clockText(at, zone);
  if (dateText(at, zone) === dateText(now, zone)) return clock;
  if (Math.abs(at - now) < 6 * DAY) return `${partsOf(at, zone).weekday} ${clock}`;
  return `${dateText(at, zone)} ${clock}`;
}

// Everything, for a tooltip: 2026-11-20 14:05:09 local.
export function fullText(at: number, zone: Zone): string {
  return `${dateText(at, zone)} ${clockText(at, zone, true)} ${zone === "utc" ? "UTC" : "local"}`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes, unit = 0;
  while (value >= 1024 && unit + 1 < units.length) { value /= 1024; unit++; }
  return unit === 0 ? `${value} B` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}

// A text in pieces: words, and the moments (RFC 3339 in UTC) that stand among them.
export function momentsIn(text: string): { text: string; at: string | null }[] {
  return text.split(/(\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/).map((part, i) => ({ text: part, at: i % 2 === 1 ? part : null })).filter((part) => part.text !== "");
}
