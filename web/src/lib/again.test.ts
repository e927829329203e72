import assert from "node:assert/strict";
import { test } from "node:test";
import { again } from "./again.ts";

// Work that ends when it is told to.
function held() {
  const ends: ((error?: Error) => void)[] = [];
  const work = (): Promise<void> => new Promise((done, failed) => { ends.push((error) => (error ? failed(error) : done())); });
  const end = async (error?: Error): Promise<void> => {
    ends.at(-1)?.(error);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { ask: again(work), end, begun: () => ends.length };
}

test("what is asked for meanwhile is done once more, however often it was asked", async () => {
  const { ask, end, begun } = held();
  ask();
  for (let i = 0; i < 5; i++) ask();
  assert.equal(begun(), 1);
  await end();
  assert.equal(begun(), 2);
  await end();
  assert.equal(begun(), 2, "nobody asked for a third");
});

test("what was asked for since the last one began is never left out, also when that one failed", async () => {
  const { ask, end, begun } = held();
  ask();
  await end(new Error("no answer"));
  ask();
  ask();
  assert.equal(begun(), 2);
  await end(new Error("no answer"));
  assert.equal(begun(), 3);
  ask();
  await end();
  assert.equal(begun(), 4);
});
