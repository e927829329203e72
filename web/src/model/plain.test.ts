import assert from "node:assert/strict";
import test from "node:test";
import { plainText } from "./plain.ts";

test("escapes of terminals are taken out, whole", () => {
  assert.equal(plainText("\u001b[31mred\u001b[0m \u001b[2J\u001b[1;1Hcleared"), "red cleared");
  assert.equal(plainText("\u001b]8;;https://x.example\u0007click\u001b]8;;\u001b\\ \u001b]0;title\u0007end"), "click end");
  assert.equal(plainText("\u001b]0;never closed"), "");
  assert.equal(plainText("\u001bcreset"), "reset");
});

test("what would hide or turn text is seen", () => {
  assert.equal(plainText("user\u202egnp.exe"), "user[U+202E]gnp.exe");
  assert.equal(plainText("a\u200bb\ufeff"), "a[U+200B]b[U+FEFF]");
  assert.equal(plainText("100%\rdone\r\nnext\u0008"), "100%\\rdone\nnext[U+0008]");
});

test("everything else stays", () => {
  const text = "tab\tline\n<script>alert(1)</script> Größe 数据 \u{1f600} \ufffd";
  assert.equal(plainText(text), text);
});
