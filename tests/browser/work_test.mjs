// Workers, pools, approvals and the audit log against a daemon that really works.
import { assert, checkWidth, equalsSoon, PHONE, poll, site, test } from "./fixture.mjs";

const EVIL = "<img src=x onerror=document.title='owned'>";
const DAGS = {
  busy: "pools: {gpu: 1}\ntasks:\n  hold: {uses: approval, with: {prompt: first}}\n"
    + "  train: {run: sleep 600, pool: gpu}\n  score: {run: sleep 600, pool: gpu}\n",
  ask: `tasks:
  count: {run: 'echo "rows=42" >> "$TIDEMILL_OUTPUT"', outputs: [rows]}
  sign_off:
    needs: [count]
    uses: approval
    with:
      prompt: "Release \${{ tasks.count.outputs.rows }} rows? ${EVIL}"
      form: {at_most: {type: integer, default: 100, minimum: 1, description: How many of them.}, note: {type: string, required: true}}
      timeout: 1h
      default: reject
  release: {needs: [sign_off], run: 'true'}
  report: {needs: [release], run: 'true'}
`,
};
const asking = (site, run) => poll(async () => (await site.daemon.get("/api/v1/approvals")).approvals.find((one) => one.run === run), `run ${run} to ask`);

site("workers and pools", { dags: DAGS }, (site) => {
  let run = 0;
  test("who holds the slots, since when, and who waits", async () => {
    run = await site.daemon.trigger("busy");
    await poll(async () => (await site.daemon.get("/api/v1/pools")).pools.some((pool) => pool.used === 1 && pool.waiting === 1), "one to hold and one to wait");
    const page = await site.signIn("admin", { path: "/workers" });
    const worker = page.getByRole("region", { name: "Worker local" });
    await worker.getByText(`of busy #${run}`).waitFor();
    await page.getByText("1 of 4 slots taken, 1 of 1 worker takes tasks").waitFor();
    await page.getByText("1 task waits, the first since", { exact: false }).waitFor();
    await page.getByText("holds 1 slot since", { exact: false }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "workers");
  });

  test("drained with a reason, and undone", async () => {
    const page = await site.signIn("admin", { path: "/workers", viewport: PHONE, colorScheme: "dark" });
    const worker = page.getByRole("region", { name: "Worker local" });
    await worker.getByRole("button", { name: "Drain" }).click();
    const dialog = page.getByRole("dialog", { name: "Drain local" });
    await dialog.getByText("What it runs goes on:").waitFor();
    await dialog.getByLabel("Reason").fill("new kernel");
    await dialog.getByRole("button", { name: "Drain" }).click();
    await worker.getByText("draining: nothing new").waitFor();
    await equalsSoon(async () => (await site.daemon.get("/api/v1/workers")).workers[0].draining, true);
    await checkWidth(page);
    await site.checkAccess(page);
    await site.picture(page, "workers-phone-dark");
    await worker.getByRole("button", { name: "Take tasks again" }).click();
    await worker.getByText("takes tasks", { exact: true }).waitFor();
    await equalsSoon(async () => (await site.daemon.get("/api/v1/audit?action=worker.drain")).entries[0]?.detail.reason, "new kernel");
  });

  test("a slot is released by setting the state of who holds it, after a look at what that changes", async () => {
    const page = await site.signIn("operator", { path: "/workers" });
    const { holders } = (await site.daemon.get("/api/v1/pools")).pools[0];
    const holder = holders[0].task;
    const line = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: holder, exact: true }), hasText: "holds 1 slot" });
    await line.last().getByRole("button", { name: "Release …" }).click();
    const dialog = page.getByRole("dialog", { name: new RegExp(`^Release the slot of \\w+: ${holder}$`) });
    await dialog.getByRole("list", { name: "What will change" }).getByText("is stopped first, then failed").waitFor();
    await site.checkAccess(page);
    await dialog.getByLabel("Reason").fill("it hangs");
    await dialog.getByRole("button", { name: "Set failed" }).click();
    await poll(async () => (await site.daemon.get("/api/v1/pools")).pools.every((pool) => pool.holders.every((one) => one.task !== holder)), "the slot to be free");
  });

  test("a viewer sees them and is offered nothing", async () => {
    const page = await site.signIn("viewer", { path: "/workers" });
    // A worker comes with its buttons.
    await page.getByRole("region", { name: "Worker local" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Drain" }).count(), 0);
    assert.equal(await page.getByRole("link", { name: "Add a worker" }).count(), 0);
    await site.daemon.post(`/api/v1/runs/${run}/cancel`);
    await site.daemon.waitRun(run);
    await page.getByText("No run that goes on has a pool.", { exact: false }).waitFor();
  });
});

site("approvals", { dags: DAGS }, (site) => {
  test("nothing is asked, then something is, without a reload", async () => {
    const page = await site.signIn("operator", { path: "/approvals" });
    await page.getByText("Nothing is asked at the moment").waitFor();
    await page.getByTitle("Updates arrive as they happen").waitFor();
    const run = await site.daemon.trigger("ask");
    await page.getByText(`Release 42 rows? ${EVIL}`).waitFor();
    await page.getByText("2 tasks wait for it:", { exact: false }).waitFor();
    await page.getByText("rejected by itself", { exact: false }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "approvals");
    const form = page.getByRole("form", { name: `Answer sign_off of run ${run}` });
    await form.getByRole("button", { name: "Approve" }).click();
    await form.getByText("This is needed.").waitFor();
    await form.getByLabel("at_most").fill("0");
    await form.getByText("At least 1.").waitFor();
    assert.equal((await site.daemon.get("/api/v1/approvals")).approvals.length, 1); // a wrong form is not sent
    await form.getByLabel("at_most").fill("40");
    await form.getByLabel("note").fill(EVIL);
    await form.getByLabel("Comment").fill("checked by hand");
    await form.getByRole("button", { name: "Approve" }).click();
    await site.heard(page, new RegExp(`sign_off of run ${run} is approved`));
    await page.getByText("Nothing is asked at the moment").waitFor();
    assert.equal((await site.daemon.waitRun(run)).state, "succeeded");
    assert.doesNotMatch(await page.title(), /owned/);
  });

  test("rejected on a phone; what somebody else answered first is said", async () => {
    const run = await site.daemon.trigger("ask");
    await asking(site, run);
    const page = await site.signIn("operator", { path: "/approvals", viewport: PHONE, colorScheme: "dark" });
    const form = page.getByRole("form", { name: `Answer sign_off of run ${run}` });
    await form.waitFor();
    await checkWidth(page);
    await site.checkAccess(page);
    await site.picture(page, "approvals-phone-dark");
    await form.getByRole("button", { name: "Reject" }).click();
    await site.heard(page, new RegExp(`sign_off of run ${run} is rejected`));
    assert.equal((await site.daemon.waitRun(run)).state, "failed");

    const other = await site.daemon.trigger("ask");
    await asking(site, other);
    const late = await site.signIn("operator", { path: "/approvals", deaf: true });
    await late.getByRole("form", { name: `Answer sign_off of run ${other}` }).waitFor();
    await site.daemon.post(`/api/v1/runs/${other}/tasks/sign_off/reject`);
    await late.getByRole("button", { name: "Reject" }).click();
    await late.getByText(`sign_off of run ${other} was not rejected`).waitFor();
    await late.getByText("Nothing is asked at the moment").waitFor();
  });

  test("a viewer reads the question and who may answer", async () => {
    const run = await site.daemon.trigger("ask");
    await asking(site, run);
    const page = await site.signIn("viewer", { path: "/approvals" });
    // These words stand where the form would.
    await page.getByText("An answer takes the role operator for ask.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);
    await site.daemon.post(`/api/v1/runs/${run}/cancel`);
    await site.daemon.waitRun(run);
  });
});

site("the audit log", { dags: DAGS }, (site) => {
  test("filters stand in the address, details open, and the log is verified", async () => {
    await site.daemon.post("/api/v1/dags/ask/pause", { reason: `${EVIL} \u202egnp` });
    await site.daemon.post("/api/v1/dags/ask/unpause");
    const page = await site.signIn("admin", { path: "/audit" });
    const table = page.getByRole("table", { name: "Audit log" });
    await table.getByRole("link", { name: "dag pause", exact: true }).waitFor();
    await table.getByText("reason", { exact: true }).first().click();
    await table.getByText(`${EVIL} [U+202E]gnp`).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "audit");
    await table.getByRole("link", { name: "dag pause", exact: true }).click();
    await page.waitForURL("**/audit?action=dag.pause");
    await equalsSoon(() => table.locator("tbody tr").count(), 1, "one entry");
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.getByText("The log is whole", { exact: false }).waitFor();
    await page.goBack();
    await table.getByRole("link", { name: "dag unpause", exact: true }).waitFor();
    assert.doesNotMatch(await page.title(), /owned/);
  });

  test("on a phone", async () => {
    const page = await site.signIn("admin", { path: "/audit", viewport: PHONE, colorScheme: "dark" });
    await page.getByRole("table", { name: "Audit log" }).waitFor();
    await checkWidth(page);
    await site.checkAccess(page);
    await site.picture(page, "audit-phone-dark");
  });

  test("who is no administrator is told so", async () => {
    const page = await site.signIn("editor", { path: "/audit" });
    await page.getByRole("heading", { name: "You may not see the audit log" }).waitFor();
  });
});
