import assert from "node:assert/strict";
import test from "node:test";
import { figuresOf, reportFrom, shareText } from "./report.ts";

const nothing = { from: "", until: "", zone: "UTC", episodes: 0, acknowledged: 0, resolved: 0, resolved_alone: 0, out_of_hours: 0, flapping: 0,
  mean_to_acknowledge_s: null, mean_to_resolve_s: null, noisiest: [], pages: [] };

test("a share of nothing is no figure", () => {
  assert.equal(shareText(0, 0), "–");
  assert.equal(shareText(1, 3), "33 %");
  assert.ok(figuresOf(nothing).every((figure) => ["–", "0"].includes(figure.value)));
});

test("means, shares and pages", () => {
  const figures = figuresOf({ ...nothing, episodes: 8, acknowledged: 4, resolved: 6, resolved_alone: 3, out_of_hours: 2, mean_to_acknowledge_s: 95.4, mean_to_resolve_s: 7800,
    pages: [{ person: "ann", pages: 3, per_week: 0.75, out_of_hours: 1 }, { person: null, pages: 1, per_week: 0.25, out_of_hours: 1 }] });
  assert.deepEqual(figures.map((figure) => figure.value), ["8", "1m 35s", "2h 10m", "50 %", "25 %", "4"]);
  assert.equal(figures[5]?.about, "50 % out of hours");
});

test("a period begins at a full hour, and an unknown one is four weeks", () => {
  const now = Date.parse("2026-03-29T10:20:30Z");
  assert.equal(reportFrom("7", now), "2026-03-22T10:00:00.000Z");
  assert.equal(reportFrom("", now), reportFrom("nonsense", now));
});
