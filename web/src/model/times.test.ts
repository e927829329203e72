import assert from "node:assert/strict";
import test from "node:test";
import { ageText, bytesText, durationText, fullText, momentText, relativeText, momentsIn } from "./times.ts";

test("durations have two units at most and never round up to the next unit", () => {
  const cases: [number, string][] = [[-5, "0ms"], [0, "0ms"], [999, "999ms"], [1000, "1.0s"], [9999, "9.9s"], [10_000, "10s"],
    [59_999, "59s"], [60_000, "1m 00s"], [66_000, "1m 06s"], [3_599_999, "59m 59s"], [3_600_000, "1h 00m"], [86_399_999, "23h 59m"], [273_600_000, "3d 4h"]];
  for (const [ms, text] of cases) assert.equal(durationText(ms), text);
});

test("ages have one unit, and lie in the past or in the future", () => {
  assert.equal(ageText(59_999), "59 s");
  assert.equal(ageText(7_200_000), "2 h");
  assert.equal(relativeText(1000, 4000), "3 s ago");
  assert.equal(relativeText(400_000, 0), "in 6 min");
  assert.equal(relativeText(500, 0), "now");
});

test("a moment is as short as it can be", () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0);
  assert.equal(momentText(Date.UTC(2026, 10, 22, 3, 4), now, "utc"), "03:04");
  assert.equal(momentText(Date.UTC(2026, 10, 20, 14, 5), now, "utc"), "Fri 14:05");
  assert.equal(momentText(Date.UTC(2026, 9, 20, 14, 5), now, "utc"), "2026-10-20 14:05");
  assert.equal(momentText(Date.UTC(2026, 10, 23, 0, 0), now, "utc"), "Mon 00:00");
  assert.equal(fullText(now, "utc"), "2026-11-22 12:00:00 UTC");
});

test("bytes", () => {
  assert.equal(bytesText(1023), "1023 B");
  assert.equal(bytesText(1024), "1.0 KiB");
  assert.equal(bytesText(20 * 1024 * 1024), "20 MiB");
});

test("moments are found in a sentence of the server", () => {
  assert.deepEqual(momentsIn("ended at 2026-11-22T22:28:42.630260Z, late"), [{ text: "ended at ", at: null },
    { text: "2026-11-22T22:28:42.630260Z", at: "2026-11-22T22:28:42.630260Z" }, { text: ", late", at: null }]);
  assert.deepEqual(momentsIn("exit code 1"), [{ text: "exit code 1", at: null }]);
  assert.deepEqual(momentsIn(""), []);
});
