import assert from "node:assert/strict";
import test from "node:test";
import { blocksOf, isWebAddress, piecesOf } from "./markdown.ts";

test("the blocks of a runbook", () => {
  const blocks = blocksOf("# Churn\n\nAsk the\ndata team.\n\n- one\n- two\n  goes on\n\n1. first\n\n```sh\nls -l\n\n# not a heading\n```\n    also code\n");
  assert.deepEqual(blocks.map((block) => block.kind), ["heading", "paragraph", "list", "list", "code"]);
  assert.deepEqual(blocks[1], { kind: "paragraph", pieces: [{ kind: "text", text: "Ask the data team." }] });
  assert.deepEqual(blocks[2], { kind: "list", ordered: false, items: [[{ kind: "text", text: "one" }], [{ kind: "text", text: "two goes on" }]] });
  assert.deepEqual(blocks[4], { kind: "code", text: "ls -l\n\n# not a heading\nalso code" });
});

test("a fence that never ends is code to the end", () => {
  assert.deepEqual(blocksOf("```\na"), [{ kind: "code", text: "a" }]);
});

test("links lead to web pages only", () => {
  assert.deepEqual(piecesOf("see [the page](https://a.example/x) or https://b.example/y."), [
    { kind: "text", text: "see " }, { kind: "link", text: "the page", href: "https://a.example/x" }, { kind: "text", text: " or " },
    { kind: "link", text: "https://b.example/y", href: "https://b.example/y" }, { kind: "text", text: "." }]);
  for (const bad of ["javascript:alert(1)", "data:text/html,x", " https://a", "//a.example", "jAvascript://https://a"]) {
    assert.ok(!isWebAddress(bad), bad);
    assert.ok(piecesOf(`[x](${bad})`).every((piece) => piece.kind !== "link" || isWebAddress(piece.href)), bad);
  }
});

test("marks that are not closed, and markup, stay text", () => {
  for (const text of ["a ` b", "** b", "[x](y", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>"]) {
    assert.equal(piecesOf(text).map((piece) => piece.text).join(""), text);
  }
  assert.deepEqual(piecesOf("`a` **b**"), [{ kind: "code", text: "a" }, { kind: "text", text: " " }, { kind: "strong", text: "b" }]);
});

test("a long line of marks is read in one go", () => {
  assert.equal(piecesOf("[".repeat(4000)).map((piece) => piece.text).join("").length, 4000);
  assert.equal(blocksOf(`# ${" #".repeat(4000)}`).length, 1);
});

test("a table, with an empty head left out; a line with bars alone is none", () => {
  const text = (word: string) => ({ kind: "text", text: word });
  assert.deepEqual(blocksOf("before\n| a | b \\| c |\n|---|:-:|\n| `x` | **y** |\n| 1 |\nafter"), [
    { kind: "paragraph", pieces: [text("before")] },
    { kind: "table", head: [[text("a")], [text("b | c")]], rows: [[[{ kind: "code", text: "x" }], [{ kind: "strong", text: "y" }]], [[text("1")]]] },
    { kind: "paragraph", pieces: [text("after")] }]);
  assert.deepEqual(blocksOf("| | |\n|---|---|\n| 1 | 2 |")[0], { kind: "table", head: [], rows: [[[text("1")], [text("2")]]] });
  assert.deepEqual(blocksOf("| a | b |"), [{ kind: "paragraph", pieces: [text("| a | b |")] }]);
});
