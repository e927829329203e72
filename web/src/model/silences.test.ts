import assert from "node:assert/strict";
import test from "node:test";
import { silenceWords } from "./silences.ts";

test("what a silence covers", () => {
  const of = (dag: string, task = "*", cause = "*", severities: string[] = []): string => silenceWords({ dag, task, cause, severities });
  assert.equal(of("*"), "every dag");
  assert.equal(of("etl_*"), "etl_*");
  assert.equal(of("etl", "load", "exit", ["critical", "error"]), "task load of etl, exit, critical, error");
  assert.equal(of("*", "load", ""), "task load of every dag");
});
