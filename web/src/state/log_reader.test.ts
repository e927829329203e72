import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogRange } from "../api/schema.ts";

// What a page has and a test has not: it is looked at.
Object.assign(globalThis, { document: { visibilityState: "visible" } });
const { LogReader } = await import("./log_reader.ts");

const LINE = 1000; // bytes of each line of the log below
const LINES = 1000;
const SIZE = LINE * LINES;
const EMPTY = 7; // the attempt that wrote nothing

// The part of the log that an address asks for, as the server gives it.
function rangeOf(address: string): LogRange {
  const query = new URL(address, "http://here").searchParams;
  if (query.get("attempt") === String(EMPTY)) return { attempt: EMPTY, from: 0, next: 0, size: 0, line: query.get("numbers") ? 1 : null, ended: false, lines: [] };
  const bytes = Number(query.get("bytes"));
  const from = Math.ceil(Number(query.get("from") ?? SIZE - bytes) / LINE) * LINE;
  const next = Math.min(SIZE, Math.max(from + LINE, Math.floor((from + bytes) / LINE) * LINE));
  const lines = Array.from({ length: (next - from) / LINE }, (_, i) => ({ offset: from + i * LINE, time: "", stream: "stdout" as const, partial: false, text: String(from / LINE + i + 1) }));
  return { attempt: 1, from, next, size: SIZE, line: query.get("numbers") ? from / LINE + 1 : null, ended: false, lines };
}

// Answers come in the order in which they are let through: `pass` gives the address of the next one, or of the first
// that has these words.
const waiting: { address: string; answer: () => void }[] = [];
globalThis.fetch = (input) => new Promise((done) => {
  const address = String(input);
  waiting.push({ address, answer: () => done(new Response(JSON.stringify(rangeOf(address)))) });
});

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

async function pass(words = ""): Promise<string> {
  const at = waiting.findIndex(({ address }) => address.includes(words));
  assert.ok(at >= 0, `nothing with "${words}" is asked: ${waiting.map(({ address }) => address).join(" ")}`);
  const [next] = waiting.splice(at, 1);
  next?.answer();
  for (let i = 0; i < 5; i++) await settled();
  return next?.address ?? "";
}

const numbersOf = (reader: InstanceType<typeof LogReader>): string[] => (reader.window.value?.lines ?? []).map((line) => line.text);
const inOrder = (numbers: readonly string[]): boolean => numbers.every((text, i) => i === 0 || Number(text) === Number(numbers[i - 1]) + 1);

async function opened(attempt = 1): Promise<InstanceType<typeof LogReader>> {
  waiting.length = 0;
  const reader = new LogReader("1", "fit", attempt);
  void reader.open({ at: "end" });
  await pass();
  return reader;
}

test("what is asked for while an answer is under way is asked after it", async () => {
  const reader = await opened();
  const first = Number(numbersOf(reader)[0]);
  await pass("numbers");
  void reader.readAfter();
  void reader.readBefore();
  assert.equal(waiting.length, 1, "one question at a time");
  await pass();
  await pass();
  assert.ok(Number(numbersOf(reader)[0]) < first, "earlier lines are there");
  assert.ok(inOrder(numbersOf(reader)));
});

test("numbers that come while lines are read stay", async () => {
  const reader = await opened();
  void reader.readBefore();
  await pass("numbers");
  assert.equal(String(reader.window.value?.line), numbersOf(reader)[0]);
  await pass();
  assert.equal(String(reader.window.value?.line), numbersOf(reader)[0]);
});

test("an answer to what was opened before neither shows nor lets a second question through", async () => {
  const reader = await opened();
  await pass("numbers");
  void reader.readBefore();
  void reader.open({ at: "line", line: 50 });
  await pass("from="); // of the reading before
  void reader.readAfter();
  assert.equal(waiting.length, 1, "the opening is still under way");
  await pass("line=");
  assert.equal(String(reader.window.value?.line), numbersOf(reader)[0]);
  await pass();
  assert.ok(inOrder(numbersOf(reader)));
});

test("the lines of an empty log are counted once", async () => {
  await opened(EMPTY);
  await pass("numbers");
  assert.equal(waiting.length, 0, "nothing more to ask");
});
