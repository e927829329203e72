// Waiting for what comes. What a page shows comes from answers, events and renders, each in its own time: one look is
// luck. A test says what must become so, and has a minute for it, which is for broken builds only.
import assert, { AssertionError } from "node:assert/strict";

export const DEADLINE_MS = 60_000;
const STEP_MS = 10;

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// Until `condition` gives something that is true, which is what comes back.
export async function poll(condition, what) {
  const end = Date.now() + DEADLINE_MS;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await wait(STEP_MS);
  }
  throw new Error(`waited ${DEADLINE_MS / 1000} s for ${what}`);
}

// Until the assertions of `check` hold; after the deadline the last one that did not is thrown. Any other error is thrown
// at once.
export async function soon(check) {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof AssertionError) || Date.now() > end) throw error;
    }
    await wait(STEP_MS);
  }
}

// Until `look` gives what is expected: await equalsSoon(() => rows.count(), 2).
export const equalsSoon = (look, expected, message) => soon(async () => assert.deepEqual(await look(), expected, message));
