// A run: the cause of its failure first, its tasks in time, and what can be done with it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { assert, checkWidth, equalsSoon, PHONE, site, soon, test } from "./fixture.mjs";

const gates = mkdtempSync(join(tmpdir(), "tidemill-gates-"));
after(() => rmSync(gates, { recursive: true, force: true }));
const gate = (name) => ({ script: `while ! test -e ${join(gates, name)}; do sleep 0.02; done`, open: () => writeFileSync(join(gates, name), "") });
const held = gate("held"), stopped = gate("stopped");

const DAGS = {
  train: `description: Trains on what was extracted
params: {end: {type: integer, default: 0}, table: {type: string, default: listings}}
tasks:
  extract: {run: 'echo rows; echo "rows=42" >> "$TIDEMILL_OUTPUT"', outputs: [rows]}
  audit: {needs: [extract], run: 'true'}
  fit: {needs: [extract], run: 'echo fitting; echo "ERROR: no such column"; exit $TIDEMILL_PARAM_END', retry: {limit: 1, delay: 1ms, jitter: 0}}
  evaluate: {needs: [fit], run: 'true'}
  publish: {needs: [evaluate, audit], run: 'true'}
`,
  held: `tasks:\n  wait: {run: '${held.script}'}\n  next: {needs: [wait], run: 'true'}\n`,
  stopped: `tasks:\n  wait: {run: '${stopped.script}'}\n  next: {needs: [wait], run: 'true'}\n`,
};

site("a run", { dags: DAGS }, (site) => {
  let good = 0, bad = 0;
  const run = async (end) => (await site.daemon.runToEnd("train", { end })).run;
  const bars = (page, task) => page.locator(".gantt-row").filter({ hasText: task }).locator(".track .bar");

  test("that failed says why before anything else, and leads to the first error", async () => {
    good = await run(0);
    bad = await run(3);
    const page = await site.signIn("operator", { path: `/runs/${bad}` });
    const cause = page.getByRole("region", { name: "Why it failed" });
    await cause.getByText("exit code 3").waitFor();
    await equalsSoon(() => cause.getByRole("link", { name: "First error" }).getAttribute("href"), `/runs/${bad}/tasks/fit?error=first`);
    // Causes are shown all at once.
    assert.equal(await cause.getByText("evaluate").count(), 0, "what did not run because of it is no cause");
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "run-failed");
  });

  test("shows where its time went, with every attempt and the critical path", async () => {
    const page = await site.signIn("viewer", { path: `/runs/${good}` });
    await page.getByRole("list", { name: "Tasks in time" }).waitFor();
    await equalsSoon(() => page.locator(".gantt-row").count(), 5);
    await page.goto(`/runs/${bad}`);
    await soon(async () => {
      const kinds = await bars(page, "fit").evaluateAll((all) => all.map((bar) => bar.className));
      assert.equal(kinds.filter((kind) => kind === "bar failed").length, 2, kinds.join());
      assert.equal(kinds.filter((kind) => kind === "bar retry").length, 1, kinds.join());
    });
    await page.getByRole("button", { name: "Critical path" }).click();
    await page.waitForURL("**?critical=1");
    await page.locator(".gantt-row").filter({ hasText: "audit" }).waitFor({ state: "detached" });
    await equalsSoon(() => page.locator(".gantt-row .name .cut").allTextContents(), ["extract", "fit"]);
    await page.goBack();
    await page.locator(".gantt-row").filter({ hasText: "audit" }).waitFor();
  });

  test("shows its tasks, its graph, its history, its parameters, and itself beside another run", async () => {
    const page = await site.signIn("viewer", { path: `/runs/${bad}?tab=tasks` });
    const tasks = page.getByRole("table", { name: "Tasks" });
    await tasks.getByRole("row").filter({ has: page.getByRole("link", { name: "fit", exact: true }) }).getByRole("img", { name: "failed", exact: true }).waitFor();
    await equalsSoon(() => tasks.getByRole("row").nth(1).getByRole("link").textContent(), "fit", "what failed comes first");
    await site.checkAccess(page);
    await site.picture(page, "run-tasks");
    await page.getByRole("link", { name: "Graph" }).click();
    await page.getByLabel(`Graph of run ${bad}`).waitFor();
    await site.picture(page, "run-graph");
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("list", { name: "What happened" }).getByText("fit failed").first().waitFor();
    await page.getByRole("link", { name: "Parameters" }).click();
    await page.getByText("listings").waitFor();
    await page.getByRole("link", { name: "Compare" }).click();
    const both = page.getByRole("table", { name: "Tasks of both runs" });
    await both.getByRole("row").filter({ has: page.getByRole("cell", { name: "evaluate", exact: true }) }).getByRole("img", { name: "upstream failed" }).waitFor();
    await page.getByText("end: 0 → 3").waitFor();
    await equalsSoon(() => page.getByLabel("Another run").inputValue(), String(good));
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "run-compare");
  });

  test("is retried after its exact consequences were shown", async () => {
    const page = await site.signIn("operator", { path: `/runs/${bad}` });
    await page.getByRole("button", { name: "Retry failed" }).click();
    const dialog = page.getByRole("dialog");
    const changes = dialog.getByRole("list", { name: "What will change" });
    await equalsSoon(async () => (await changes.locator("b").allTextContents()).sort(), ["evaluate", "fit", "publish"]);
    await site.checkAccess(page);
    await site.picture(page, "run-retry");
    await dialog.getByLabel("Reason").fill("the column is back");
    await dialog.getByRole("button", { name: "Retry", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await equalsSoon(async () => (await site.daemon.get(`/api/v1/runs/${bad}`)).reopened, 1);
    await soon(async () => assert.match((await site.daemon.ask("GET", `/api/v1/runs/${bad}/events`)).text, /the column is back/));
    await site.daemon.waitRun(bad);
  });

  test("is made again with another parameter, keeping what succeeded", async () => {
    const page = await site.signIn("operator", { path: `/runs/${bad}` });
    await page.getByRole("button", { name: "Run again" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("end").fill("zero");
    await dialog.getByRole("alert").filter({ hasText: "end" }).waitFor();
    await equalsSoon(() => dialog.getByRole("button", { name: "Start the run" }).isDisabled(), true);
    await dialog.getByLabel("end").fill("0");
    await dialog.getByRole("list", { name: "What is other than before" }).getByText("3 → 0").waitFor();
    await site.picture(page, "run-again");
    await dialog.getByRole("button", { name: "Start the run" }).click();
    await page.waitForURL((url) => /^\/runs\/\d+$/.test(url.pathname) && url.pathname !== `/runs/${bad}`);
    const made = Number(new URL(page.url()).pathname.split("/").at(-1));
    const ended = await site.daemon.waitRun(made);
    assert.equal(ended.state, "succeeded");
    assert.equal(ended.tasks.find((task) => task.id === "extract").attempts, 0, "it was not made again");
    await page.locator("h1").getByRole("img", { name: "succeeded" }).waitFor();
  });

  test("that goes on says what it waits for, and is seen to end without a reload", async () => {
    const going = await site.daemon.trigger("held");
    await equalsSoon(async () => (await site.daemon.get(`/api/v1/runs/${going}`)).tasks[0].state, "running"); // until its gate is opened
    const page = await site.signIn("viewer", { path: `/runs/${going}` });
    await page.getByRole("region", { name: "Why it is as it is" }).getByText(/wait/).first().waitFor();
    await bars(page, "wait").and(page.locator(".running")).waitFor();
    // Buttons come with the name of the run, before its bars.
    assert.equal(await page.getByRole("button", { name: "Cancel" }).count(), 0, "a viewer is offered nothing");
    await page.goto(`/runs/${going}?tab=tasks`);
    await page.getByText("waits for wait").waitFor();
    held.open();
    await page.locator("h1").getByRole("img", { name: "succeeded" }).waitFor();
  });

  test("is cancelled after a question, with a reason", async () => {
    const going = await site.daemon.trigger("stopped");
    await equalsSoon(async () => (await site.daemon.get(`/api/v1/runs/${going}`)).tasks[0].state, "running"); // until its gate is opened
    const page = await site.signIn("operator", { path: `/runs/${going}` });
    await page.getByRole("button", { name: "Cancel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("wait is stopped.").waitFor();
    await dialog.getByLabel("Reason").fill("not today");
    await dialog.getByRole("button", { name: "Cancel the run" }).click();
    await page.locator("h1").getByRole("img", { name: "cancelled" }).waitFor();
    await soon(async () => assert.match((await site.daemon.get(`/api/v1/runs/${going}`)).reason ?? "", /not today/));
  });

  test("on a phone, in the dark", async () => {
    const page = await site.signIn("operator", { path: `/runs/${good}`, viewport: PHONE, colorScheme: "dark" });
    await page.getByRole("list", { name: "Tasks in time" }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "run-phone-dark");
    await page.goto(`/runs/${good}?tab=compare`);
    await page.getByRole("table", { name: "Tasks of both runs" }).waitFor();
    await checkWidth(page);
    await page.goto(`/runs/${good}?tab=tasks`);
    await page.getByRole("table", { name: "Tasks" }).waitFor();
    await checkWidth(page);
  });

  test("that is not there is said to be not found", async () => {
    const page = await site.signIn("viewer", { path: "/runs/999999" });
    await page.getByText("There is no such run").waitFor();
  });
});
