import assert from "node:assert/strict";
import test from "node:test";
import { dagsWords, expiryOf, grantedOf, grantsOf, momentOf, namesIn, roleOf } from "./people.ts";

test("names in a field, each once", () => {
  assert.deepEqual(namesIn(" a, b\n a  c,"), ["a", "b", "c"]);
  assert.deepEqual(namesIn("  "), []);
});

test("roles that are not known give nothing", () => {
  assert.equal(roleOf("root"), "none");
  assert.equal(grantedOf("none"), "viewer");
  assert.deepEqual(grantsOf({ z: "viewer", a: "admin", b: 3 }), [{ dag: "a", role: "admin" }, { dag: "b", role: "" }, { dag: "z", role: "viewer" }]);
});

test("the dags of a token", () => {
  assert.equal(dagsWords(null), "every dag");
  assert.equal(dagsWords(["a", "b"]), "a, b");
});

test("ends", () => {
  assert.equal(expiryOf("", 0), null);
  assert.equal(expiryOf("30", 0), "1970-01-31T00:00:00.000Z");
  assert.equal(momentOf(""), "");
  assert.equal(momentOf("no date"), "");
  assert.match(momentOf("2026-11-22T10:00"), /^2026-11-2\dT\d\d:00:00.000Z$/);
});
