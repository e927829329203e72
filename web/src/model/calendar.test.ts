import assert from "node:assert/strict";
import test from "node:test";
import { monthWeeks, squaresOf, worst } from "./calendar.ts";

const none = { queued: 0, running: 0, succeeded: 0, partial: 0, failed: 0, cancelled: 0 };

test("a year has all its days, each in its week", () => {
  for (const [year, length] of [[2024, 366], [2026, 365], [2100, 365]] as const) {
    const squares = squaresOf(year, []);
    assert.equal(squares.length, length);
    assert.equal(squares.at(-1)?.day, `${year}-12-31`);
    squares.forEach((square, i) => assert.ok(i === 0 || square.week * 7 + square.weekday === (squares[i - 1]?.week ?? 0) * 7 + (squares[i - 1]?.weekday ?? 0) + 1));
  }
  const day = squaresOf(2026, []).find((square) => square.day === "2026-11-22");
  assert.equal(day?.weekday, 6, "a Sunday");
});

test("the worst speaks for a day", () => {
  assert.equal(worst({ ...none, succeeded: 9, failed: 1 }), "failed");
  assert.equal(worst({ ...none, succeeded: 9, running: 1 }), "running");
  assert.equal(worst(none), null);
  const [first] = squaresOf(2026, [{ day: "2026-01-01", ...none, succeeded: 2, cancelled: 1 }]);
  assert.deepEqual([first?.state, first?.total], ["cancelled", 3]);
});

test("months begin in order", () => {
  const weeks = monthWeeks(2026);
  assert.equal(weeks.length, 12);
  assert.deepEqual([...weeks].sort((a, b) => a - b), weeks);
});
