// A task: its attempts with what came next, what it left, and its log of any size.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { assert, checkWidth, equalsSoon, PHONE, poll, site, test } from "./fixture.mjs";

const scratch = mkdtempSync(join(tmpdir(), "tidemill-task-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const LINES = 60_000; // of a bit more than 300 bytes: 20 MB
writeFileSync(join(scratch, "loud.py"), `import sys
for i in range(1, ${LINES} + 1):
    word = "NEEDLE" if i in (30000, 30001) else "Traceback of it" if i == 45000 else "plain"
    sys.stdout.write(f"{i:07d} {word} " + "x" * 300 + "\\n")
`);
const go = join(scratch, "go");
const HOSTILE = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>";
const DAGS = {
  leaves: `tasks:
  fit:
    description: '${HOSTILE}'
    retry: {limit: 2, delay: 1ms, jitter: 0}
    run: |
      echo '::group::Loading'
      echo inside the group
      echo '::endgroup::'
      printf 'colour \\033[31mred\\033[0m\\n'
      echo '${HOSTILE}'
      echo '::error file=x.py::no such column'
      echo to stderr >&2
      test "$TIDEMILL_ATTEMPT" = 2 || exit 7
      echo "rows=42" >> "$TIDEMILL_OUTPUT"
      echo 'note=${HOSTILE}' >> "$TIDEMILL_OUTPUT"
      echo '{"name": "accuracy", "value": 0.81}' >> "$TIDEMILL_METRICS"
      echo '{"name": "accuracy", "value": 0.64, "slice": "north"}' >> "$TIDEMILL_METRICS"
      echo '{"check": "no_nulls", "success": false, "severity": "warning", "expected": "0", "actual": "3"}' >> "$TIDEMILL_CHECKS"
      echo '# Summary ${HOSTILE}' > "$TIDEMILL_SUMMARY"
      echo weights > "$TIDEMILL_OUT/model.bin"
      mkdir "$TIDEMILL_OUT/plots"; echo one > "$TIDEMILL_OUT/plots/a b.txt"
    outputs: [rows, note]
    metrics: [accuracy]
    artifacts: {model: model.bin, plots: plots}
  never: {needs: [fit], if: "false", run: 'true'}
`,
  loud: `tasks: {shout: {command: [python3, ${join(scratch, "loud.py")}]}}\n`,
  grows: `tasks: {slow: {run: 'echo first line; while ! test -e ${go}; do sleep 0.02; done; echo last line'}}\n`,
};

site("a task", { dags: DAGS }, (site) => {
  let run = 0;
  const open = async (role, query = "", options = {}) => {
    run ||= (await site.daemon.runToEnd("leaves")).run;
    return site.signIn(role, { path: `/runs/${run}/tasks/fit${query}`, ...options });
  };
  const log = (page) => page.getByRole("log");

  test("shows the log of its last attempt: groups fold, colours are colours, text is text", async () => {
    const page = await open("viewer");
    await log(page).getByText("inside the group").waitFor();
    await log(page).getByRole("button", { name: "Loading" }).click();
    await log(page).getByText("inside the group").waitFor({ state: "detached" });
    await equalsSoon(() => log(page).locator(".a-fg-red").textContent(), "red");
    await equalsSoon(() => log(page).locator(".log-row.error .text").textContent(), "no such column");
    await log(page).getByText(HOSTILE).waitFor();
    assert.equal(await page.evaluate(() => globalThis.hurt), undefined);
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "task-log");
  });

  test("a line is linked to, and a range; the link leads there", async () => {
    const page = await open("viewer", "?attempt=1");
    await log(page).getByRole("link", { name: "Line 2", exact: true }).click();
    await equalsSoon(() => new URL(page.url()).hash, "#L2");
    await log(page).getByRole("link", { name: "Line 4", exact: true }).click({ modifiers: ["Shift"] });
    await equalsSoon(() => new URL(page.url()).hash, "#L2-L4");
    const other = await site.signIn("viewer", { path: `/runs/${run}/tasks/fit?attempt=1#L2-L4` });
    await equalsSoon(() => log(other).locator(".chosen").count(), 2, "the end of the group is no line of its own");
  });

  test("tells of every attempt why it ended and what came next", async () => {
    const page = await open("viewer", "?tab=attempts");
    const attempts = page.getByRole("table", { name: "Attempts" });
    await attempts.getByText(/exit code 7.*after/).first().waitFor();
    await attempts.getByText(/tried again after/).first().waitFor();
    await attempts.getByText(/succeeded in/).first().waitFor();
    await site.checkAccess(page);
    await site.picture(page, "task-attempts");
    await attempts.getByRole("link", { name: "1", exact: true }).click();
    await page.waitForURL("**?attempt=1");
    await page.getByRole("log", { name: "Log of attempt 1" }).waitFor();
    await page.goBack();
    await attempts.waitFor();
  });

  test("shows what it left, and gives out its files as downloads", async () => {
    const page = await open("viewer", "?tab=results");
    await page.getByText("42", { exact: true }).waitFor();
    await page.getByRole("table", { name: "Metrics" }).getByText("0.81").waitFor();
    await page.getByRole("table", { name: "Checks" }).getByText("found 3").waitFor();
    await page.locator(".summary").getByText(HOSTILE).waitFor();
    assert.equal(await page.evaluate(() => globalThis.hurt), undefined);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download model" }).click()]);
    assert.equal(readFileSync(await download.path(), "utf8"), "weights\n");
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "a b.txt" }).click()]);
    assert.equal(readFileSync(await file.path(), "utf8"), "one\n");
    await site.checkAccess(page);
    await site.picture(page, "task-results");
    await page.goto(`/runs/${run}/tasks/fit?tab=definition`);
    await page.getByText(HOSTILE).waitFor();
    assert.equal(await page.evaluate(() => globalThis.hurt), undefined);
  });

  test("that did not run says why", async () => {
    await open("viewer");
    const page = await site.signIn("viewer", { path: `/runs/${run}/tasks/never` });
    await page.getByRole("region", { name: "Why it is as it is" }).getByText(/never was skipped/).waitFor();
    await page.getByText("It has not started").waitFor();
  });

  test("is run again, and its state set, after the exact consequences were shown", async () => {
    const made = (await site.daemon.runToEnd("leaves")).run;
    const page = await site.signIn("operator", { path: `/runs/${made}/tasks/fit` });
    await page.getByRole("button", { name: "Run again" }).waitFor();
    await page.keyboard.press("Shift+C");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("list", { name: "What will change" }).getByText("never").waitFor();
    await dialog.getByLabel("How far").selectOption("only");
    await dialog.getByText("1 task will change").waitFor();
    await dialog.getByRole("button", { name: "Run again" }).click();
    await dialog.waitFor({ state: "detached" });
    await equalsSoon(async () => (await site.daemon.get(`/api/v1/runs/${made}/tasks/fit`)).clears, 1);
    await site.daemon.waitRun(made);
    await page.getByRole("button", { name: "Set state" }).click();
    await dialog.getByLabel("State").selectOption("skipped");
    await dialog.getByText("1 task will change").waitFor();
    await dialog.getByRole("button", { name: "Set skipped" }).click();
    await dialog.getByRole("alert").getByText("Say why").waitFor();
    await dialog.getByLabel("Reason").fill("not needed today");
    await dialog.getByRole("button", { name: "Set skipped" }).click();
    await page.locator("h1").getByRole("img", { name: "skipped" }).waitFor();
  });

  test("on a phone, in the dark", async () => {
    const page = await open("operator", "", { viewport: PHONE, colorScheme: "dark" });
    await log(page).getByText("to stderr").waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "task-phone-dark");
    await page.goto(`/runs/${run}/tasks/fit?tab=results`);
    await page.getByRole("table", { name: "Metrics" }).waitFor();
    await checkWidth(page);
  });
});

site("a log", { dags: DAGS }, (site) => {
  const log = (page) => page.getByRole("log");
  const line = (page, number) => log(page).getByText(new RegExp(`^${String(number).padStart(7, "0")} `));
  let loud = "";
  const open = async (query = "") => {
    loud ||= `/runs/${(await site.daemon.runToEnd("loud")).run}/tasks/shout`;
    return site.signIn("viewer", { path: loud + query });
  };

  test("of any size opens at its end, and is read backwards in a bounded window", async () => {
    const page = await open();
    await line(page, LINES).waitFor();
    await equalsSoon(() => log(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 4), true, "it is at its end");
    const first = async () => Number((await log(page).locator(".log-row .text").first().textContent()).slice(0, 7));
    for (let steps = 0, before = await first(); steps < 12; steps++) {
      await log(page).evaluate((box) => { box.scrollTop = 0; });
      const known = before;
      await poll(async () => (before = await first()) < known, "earlier lines");
      const rows = await log(page).locator(".log-row").count();
      assert.ok(rows <= 3000, `${rows} lines are kept`);
    }
    const numbers = await log(page).locator(".log-row .text").evaluateAll((all) => all.map((text) => Number(text.textContent.slice(0, 7))));
    numbers.forEach((number, i) => assert.equal(number, numbers[0] + i, "lines stand in order without a gap"));
    await page.getByRole("button", { name: "End" }).click();
    await line(page, LINES).waitFor();
  });

  test("is searched on the server, over all of it, and leads to what is found", async () => {
    const page = await open();
    await line(page, LINES).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("needle");
    const hits = page.getByRole("region", { name: "Found lines" });
    await hits.getByText("2 lines").waitFor();
    await hits.getByRole("button").first().click();
    await log(page).locator(".chosen").getByText("0030000").waitFor();
    await equalsSoon(() => log(page).locator(".chosen mark").textContent(), "NEEDLE");
    await log(page).locator(".chosen .no").getByText("30000").waitFor();
    await site.picture(page, "log-search");
    const again = await site.signIn("viewer", { path: new URL(page.url()).pathname + new URL(page.url()).search });
    await log(again).locator(".chosen").getByText("0030000").waitFor();
  });

  test("leads to its first error, and to a line by its number", async () => {
    const page = await open("?error=first");
    await log(page).locator(".chosen").getByText("0045000 Traceback").waitFor();
    const other = await site.signIn("viewer", { path: `${loud}#L12345-L12346` });
    await log(other).locator(".chosen").getByText("0012346").waitFor();
    await equalsSoon(() => log(other).locator(".chosen").count(), 2);
  });

  test("that grows is followed to its end", async () => {
    const run = await site.daemon.trigger("grows");
    await equalsSoon(async () => (await site.daemon.get(`/api/v1/runs/${run}/tasks/slow`)).state, "running"); // until it may go
    const page = await site.signIn("viewer", { path: `/runs/${run}/tasks/slow` });
    await log(page).getByText("first line").waitFor();
    writeFileSync(go, "");
    await log(page).getByText("last line").waitFor();
    await page.locator("h1").getByRole("img", { name: "succeeded" }).waitFor();
  });
});
