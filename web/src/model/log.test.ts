import test from "node:test";
import assert from "node:assert/strict";
import type { LogLine, LogRange } from "../api/schema.ts";
import { extended, joinAfter, joinBefore, marked, numberAt, readSpan, rowsOf, spanText, windowOf } from "./log.ts";

const line = (number: number, text = `line ${number}`, stream = "stdout"): LogLine => ({ offset: number * 10, time: "", stream, text });
const page = (first: number, last: number, more: Partial<LogRange> = {}): LogRange => ({
  attempt: 1, ended: false, from: first * 10, next: (last + 1) * 10, size: 10_000, line: first + 1,
  lines: Array.from({ length: last - first + 1 }, (_, i) => line(first + i)), ...more });
const numbers = (window: { lines: readonly LogLine[] }): number[] => window.lines.map((one) => one.offset / 10);

test("parts join without a gap or a line twice", () => {
  const window = joinAfter(windowOf(page(10, 12)), page(12, 14), 100);
  assert.deepEqual(numbers(window), [10, 11, 12, 13, 14]);
  assert.deepEqual([window.from, window.next, window.line], [100, 150, 11]);
  const longer = joinBefore(window, page(7, 10), 100);
  assert.deepEqual(numbers(longer), [7, 8, 9, 10, 11, 12, 13, 14]);
  assert.deepEqual([longer.from, longer.next, longer.line], [70, 150, 8]);
});

test("what is too much goes at the other end, and can be read again from there", () => {
  const after = joinAfter(windowOf(page(0, 3)), page(4, 7), 5);
  assert.deepEqual(numbers(after), [3, 4, 5, 6, 7]);
  assert.deepEqual([after.from, after.line, numberAt(after, 0)], [30, 4, 4]);
  const before = joinBefore(windowOf(page(4, 7)), page(1, 3), 5);
  assert.deepEqual(numbers(before), [1, 2, 3, 4, 5]);
  assert.equal(before.next, 60);
});

test("numbers that were not counted stay unknown until they are", () => {
  const window = joinAfter(windowOf(page(10, 12, { line: null })), page(13, 14, { line: null }), 3);
  assert.equal(numberAt(window, 2), null);
  assert.equal(joinBefore(window, page(9, 11), 100).line, 10);
});

test("an empty answer changes nothing but the size", () => {
  const window = joinAfter(windowOf(page(0, 1)), page(2, 1, { size: 77_000, ended: true }), 10);
  assert.deepEqual([numbers(window), window.size, window.ended, window.next], [[0, 1], 77_000, true, 20]);
});

test("a range of lines stands in the address", () => {
  assert.deepEqual(readSpan("#L120-L140"), { first: 120, last: 140 });
  assert.deepEqual(readSpan("#L140-L120"), { first: 120, last: 140 });
  assert.deepEqual(readSpan("#L7"), { first: 7, last: 7 });
  for (const wrong of ["", "#", "#L0", "#Lx", "#L1-2", "#L1-L2-L3", "#L9999999999999"]) assert.equal(readSpan(wrong), null, wrong);
  assert.equal(spanText({ first: 7, last: 7 }), "#L7");
  assert.equal(spanText(extended({ first: 9, last: 9 }, 4)), "#L4-L9");
  assert.equal(spanText(extended(null, 4)), "#L4");
});

test("groups fold, also within each other; errors are marked; own lines are told apart", () => {
  const texts = ["::group::outer", "a", "::group::inner", "b", "::endgroup::", "::endgroup::", "::error file=x.py,line=3::no such column", "::warning::slow", "c"];
  const lines = [...texts.map((text, i) => line(i, text)), line(9, "stopped", "tidemill")];
  const shown = (folded: number[]) => rowsOf(lines, new Set(folded.map((one) => one * 10))).map((row) => `${row.depth} ${row.kind} ${row.text}`);
  assert.deepEqual(shown([]), ["0 group outer", "1 plain a", "1 group inner", "2 plain b", "0 error no such column", "0 warning slow", "0 plain c", "0 own stopped"]);
  assert.deepEqual(shown([0]), ["0 group outer", "0 error no such column", "0 warning slow", "0 plain c", "0 own stopped"]);
  assert.deepEqual(shown([2]).slice(0, 3), ["0 group outer", "1 plain a", "1 group inner"]);
  assert.deepEqual(rowsOf([line(0, "::endgroup::"), line(1, "::groups::x")], new Set()).map((row) => row.text), ["::groups::x"]);
});

test("what was searched for is marked wherever it stands", () => {
  assert.deepEqual(marked("An error, another ERROR", "error"), [{ text: "An ", hit: false }, { text: "error", hit: true }, { text: ", another ", hit: false }, { text: "ERROR", hit: true }]);
  assert.deepEqual(marked("plain", ""), [{ text: "plain", hit: false }]);
  assert.deepEqual(marked("İstanbul error", "error"), [{ text: "İstanbul error", hit: false }]);
});
