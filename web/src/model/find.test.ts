import assert from "node:assert/strict";
import test from "node:test";
import { best, score } from "./find.ts";

test("a beginning beats a word, a word beats an inside, letters in order come last", () => {
  const found = best("cat", ["a_location", "concatenate", "category", "my_category", "c-a-t", "dog"], (text) => text, 9);
  assert.deepEqual(found, ["category", "my_category", "a_location", "concatenate", "c-a-t"]);
});

test("nothing typed finds everything in its order", () => {
  assert.deepEqual(best("", ["b", "a"], (text) => text, 9), ["b", "a"]);
  assert.equal(score("x", "abc"), 0);
});
