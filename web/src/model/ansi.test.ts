import test from "node:test";
import assert from "node:assert/strict";
import { pieces } from "./ansi.ts";

test("colours become classes, and nothing else of a terminal is carried out", () => {
  assert.deepEqual(pieces("plain <b>text</b>"), [{ text: "plain <b>text</b>", cls: "" }]);
  assert.deepEqual(pieces("\u001b[31mred\u001b[0m and \u001b[1;92mbold\u001b[0m"),
    [{ text: "red", cls: "a-fg-red" }, { text: " and ", cls: "" }, { text: "bold", cls: "a-fg-green a-bold" }]);
  assert.equal(pieces("\u001b[2J\u001b[H<script>x</script>").map((piece) => piece.text).join(""), "<script>x</script>");
  assert.deepEqual(pieces("\u001b[38;5;200mpalette\u001b[0m"), [{ text: "palette", cls: "" }]);
});

test("titles, links and what moves the cursor do nothing; what hides or turns text is seen", () => {
  const textOf = (line: string): string => pieces(line).map((piece) => piece.text).join("");
  assert.equal(textOf("\u001b]0;owned\u0007a \u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007\u001b[2J\u001b[31mred\u001b[0m"), "a linkred");
  assert.equal(textOf("half\rdone \u202eexe.txt\r"), "half\\rdone [U+202E]exe.txt");
  assert.equal(textOf("\u001b[1mbold\u202e\u001b[0m"), "bold[U+202E]");
  assert.equal(textOf("tab\tstays"), "tab\tstays");
});
