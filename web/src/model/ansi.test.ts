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
