// The shifts of a rotation, out of the calendar that the server writes (RFC 5545), and their place on a
// strip of time. Pure.

export interface Shift { who: string; from: number; until: number } // ms

const stampOf = (text: string): number => {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!found) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const plain = (text: string): string => text.replace(/\\([\\;,nN])/g, (_, letter: string) => (/n/i.test(letter) ? " " : letter));

// A line that is too long goes on in the next one, after a blank.
export function shiftsOf(calendar: string): Shift[] {
  const shifts: Shift[] = [];
  let open: Shift | null = null;
  for (const line of calendar.replace(/\r\n/g, "\n").replace(/\n[ \t]/g, "").split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).split(";")[0];
    const value = line.slice(colon + 1);
    if (line === "BEGIN:VEVENT") open = { who: "", from: Number.NaN, until: Number.NaN };
    else if (!open) continue;
    else if (name === "DTSTART") open.from = stampOf(value);
    else if (name === "DTEND") open.until = stampOf(value);
    else if (name === "SUMMARY") open.who = plain(value).replace(/ on call \([^()]*\)$/, "");
    else if (line === "END:VEVENT") {
      if (open.until > open.from) shifts.push(open);
      open = null;
    }
  }
  return shifts.sort((a, b) => a.from - b.from);
}

export interface Block { who: string; left: number; width: number; from: number; until: number; tone: number } // left, width: parts of 1

// What of the shifts lies within the strip. The same people have the same tone.
export function blocksOn(shifts: readonly Shift[], from: number, until: number): Block[] {
  const people = [...new Set(shifts.map((shift) => shift.who))].sort();
  return shifts.filter((shift) => shift.until > from && shift.from < until).map((shift) => {
    const start = Math.max(from, shift.from), end = Math.min(until, shift.until);
    return { who: shift.who, from: shift.from, until: shift.until, left: (start - from) / (until - from), width: (end - start) / (until - from),
      tone: people.indexOf(shift.who) % TONES };
  });
}
export const TONES = 5;

// Local midnights within the strip.
export function daysOn(from: number, until: number): number[] {
  const days: number[] = [];
  for (const day = new Date(from); ;) {
    day.setDate(day.getDate() + 1);
    day.setHours(0, 0, 0, 0);
    if (day.getTime() >= until) return days;
    days.push(day.getTime());
  }
}
