import assert from "node:assert/strict";
import test from "node:test";
import { deliveryWords, hopWords, isUnderway } from "./channels.ts";

const message = { message: 1, alert: null, kind: "test", channel: "chat", person: null, step: 0, round: 0, tries: 0, error: null,
  created_at: "2026-03-01T10:00:00Z", sent_at: null };

test("a message on its way, taken, given up, and no longer needed", () => {
  assert.equal(hopWords({ ...message, state: "pending" }), "on its way …");
  assert.equal(hopWords({ ...message, state: "pending", tries: 2, error: "HTTP 503" }), "tried 2×, last: HTTP 503");
  assert.equal(hopWords({ ...message, state: "sent", tries: 1, sent_at: "2026-03-01T10:00:01.500Z" }), "taken by the service after 1.5s");
  assert.equal(hopWords({ ...message, state: "dead", tries: 1, error: "refused" }), "not delivered: refused");
  assert.match(hopWords({ ...message, state: "cancelled" }), /no longer needed/);
  assert.deepEqual((["pending", "sent", "dead"] as const).map((state) => isUnderway({ state })), [true, false, false]);
});

test("what keeps people from being told, the longest wait first", () => {
  const well = { lag_seconds: null, dead: 0, failing: [] };
  assert.equal(deliveryWords(well, 99_000), "");
  assert.equal(deliveryWords({ ...well, lag_seconds: 2 }, 0), "");
  assert.equal(deliveryWords({ ...well, lag_seconds: 100, failing: ["chat"], dead: 1 }, 20_000), "messages wait 2 min");
  assert.equal(deliveryWords({ ...well, failing: ["chat"], dead: 1 }, 0), "chat fails");
  assert.equal(deliveryWords({ ...well, failing: ["chat", "mail"] }, 0), "2 channels fail");
  assert.equal(deliveryWords({ ...well, dead: 3 }, 0), "3 not delivered");
});
