import assert from "node:assert/strict";
import test from "node:test";
import { blocksOn, daysOn, shiftsOf } from "./shifts.ts";

const event = (from: string, until: string, summary: string): string =>
  `BEGIN:VEVENT\r\nUID:x\r\nDTSTART:${from}\r\nDTEND:${until}\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\n`;
const HOUR = 3_600_000;

test("shifts of a calendar, also folded and escaped", () => {
  const text = "BEGIN:VCALENDAR\r\nSUMMARY:not an event\r\n"
    + event("20261123T080000Z", "20261130T080000Z", "bob on call (primary)")
    + event("20261122T080000Z", "20261123T080000Z", "ann\\, \r\n cat on call (primary)") + "END:VCALENDAR\r\n";
  const shifts = shiftsOf(text);
  assert.deepEqual(shifts.map((shift) => shift.who), ["ann, cat", "bob"]);
  assert.equal(shifts[1]?.from, Date.UTC(2026, 10, 23, 8));
  assert.deepEqual(shiftsOf(""), []);
  assert.deepEqual(shiftsOf(event("nonsense", "20261130T080000Z", "x")), []);
  assert.deepEqual(shiftsOf(event("20261130T080000Z", "20261130T080000Z", "x")), []);
});

test("blocks are cut at the ends of the strip, and people keep their tone", () => {
  const shifts = [{ who: "b", from: -5 * HOUR, until: 5 * HOUR }, { who: "a", from: 5 * HOUR, until: 30 * HOUR }, { who: "b", from: 30 * HOUR, until: 40 * HOUR }];
  const blocks = blocksOn(shifts, 0, 20 * HOUR);
  assert.deepEqual(blocks.map(({ who, left, width, tone }) => [who, left, width, tone]), [["b", 0, 0.25, 1], ["a", 0.25, 0.75, 0]]);
});

test("days begin at midnight", () => {
  const days = daysOn(new Date(2026, 10, 22, 15).getTime(), new Date(2026, 10, 25, 3).getTime());
  assert.deepEqual(days.map((day) => [new Date(day).getDate(), new Date(day).getHours()]), [[23, 0], [24, 0], [25, 0]]);
});
