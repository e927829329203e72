import assert from "node:assert/strict";
import test from "node:test";
import { hourMarks, placeBlocks, type Block } from "./strip.ts";

const block = (id: string, from: number, to: number): Block => ({ id, from, to, state: "succeeded", href: "", title: "" });

test("blocks that overlap lie in different lanes, others share one", () => {
  const strip = placeBlocks([block("a", 0, 50), block("b", 10, 20), block("c", 60, 70)], 0, 100, 5);
  assert.deepEqual(strip.placed.map((one) => [one.id, one.lane]), [["a", 0], ["b", 1], ["c", 0]]);
  assert.equal(strip.lanes, 2);
});

test("what lies outside is left out, what reaches over the edge is cut, what is short is still seen", () => {
  const strip = placeBlocks([block("before", -20, -1), block("edge", -10, 10), block("instant", 40, 40), block("end", 100, 100)], 0, 100, 5);
  assert.deepEqual(strip.placed.map((one) => one.id), ["edge", "instant", "end"]);
  for (const one of strip.placed) {
    assert.ok(one.left >= 0 && one.left + one.width <= 1.0000001 && one.width > 0, one.id);
  }
});

test("too many at once are counted, not drawn", () => {
  const strip = placeBlocks(Array.from({ length: 9 }, (_, i) => block(String(i), 0, 100)), 0, 100, 4);
  assert.equal(strip.placed.length, 4);
  assert.equal(strip.hidden, 5);
});

test("marks stand at full hours of the zone", () => {
  const hour = 3_600_000;
  assert.deepEqual(hourMarks(0.5 * hour, 7 * hour, 3, 0), [3 * hour, 6 * hour]);
  assert.deepEqual(hourMarks(0, 4 * hour, 3, hour / 2), [2.5 * hour]);
});
