// The inbox and the page of an alert: by mouse, by keyboard alone, on a phone, and for those who may only look.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, checkWidth, equalsSoon, PHONE, poll, site, soon, test } from "./fixture.mjs";

const fails = (severity, script = "exit 3") => `alerts: {on: [failure], severity: ${severity}}\ntasks: {load: {run: '${script}'}}\n`;
const DAGS = { alpha: fails("warning"), beta: fails("critical"), gamma: fails("error"), delta: fails("error") };

async function alertOf(site, dag) {
  const find = async () => (await site.daemon.get(`/api/v1/alerts?dag=${dag}`)).alerts[0];
  return poll(find, `an alert of ${dag}`);
}
const stateOf = async (site, alert) => (await site.daemon.get(`/api/v1/alerts/${alert}`)).state;
const becomes = (site, alert, state) => equalsSoon(() => stateOf(site, alert), state, `the state of alert ${alert}`);
const broken = (status, title, detail) => ({ status, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title, status, detail }) });

site("the inbox", { dags: DAGS }, (site) => {
  const alerts = {};
  const row = (page, dag) => page.locator(`[data-alert="${alerts[dag]}"]`);

  test("what is open, the most urgent first", async () => {
    for (const dag of Object.keys(DAGS)) {
      await site.daemon.runToEnd(dag);
      alerts[dag] = (await alertOf(site, dag)).alert;
    }
    const page = await site.signIn("operator", { path: "/alerts" });
    await row(page, "alpha").waitFor();
    await equalsSoon(() => page.locator(".inbox-row .what").allTextContents(),
      ["beta", "gamma", "delta", "alpha"].map((dag) => `load of ${dag} failed: exit code 3`));
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "alerts");
  });

  test("filters stand in the address, and back undoes them", async () => {
    const page = await site.signIn("operator", { path: "/alerts" });
    await page.getByLabel("Severity").selectOption("error");
    await page.waitForURL("**/alerts?severity=error");
    await equalsSoon(() => page.locator(".inbox-row").count(), 2);
    await page.getByLabel("Filter alerts").fill("delta");
    await equalsSoon(() => page.locator(".inbox-row").count(), 1);
    await page.waitForURL("**/alerts?severity=error&q=delta");
    await page.reload();
    await row(page, "delta").waitFor();
    await equalsSoon(() => page.getByLabel("Filter alerts").inputValue(), "delta");
    await page.getByLabel("Filter alerts").fill("no such alert");
    await page.getByText("No alert is like that.").waitFor();
    await page.goBack();
    await page.waitForURL("**/alerts");
    await row(page, "alpha").waitFor();
  });

  test("with keys alone: walk, acknowledge, undo, snooze, open, back", async () => {
    const page = await site.signIn("operator", { path: "/alerts" });
    await row(page, "beta").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await equalsSoon(() => page.evaluate(() => document.activeElement?.textContent), "load of gamma failed: exit code 3");
    await page.keyboard.press("k");
    await equalsSoon(() => page.evaluate(() => document.activeElement?.textContent), "load of beta failed: exit code 3");
    await page.keyboard.press("a");
    await site.heard(page, new RegExp(`Alert ${alerts.beta} acknowledged`));
    await becomes(site, alerts.beta, "acknowledged");
    await page.getByRole("region", { name: "Acknowledged" }).getByText("load of beta failed").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await becomes(site, alerts.beta, "firing");
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();

    await row(page, "delta").locator(".what").focus();
    await page.keyboard.press("s");
    const dialog = page.getByRole("dialog", { name: `Snooze alert ${alerts.delta}` });
    await dialog.waitFor();
    await page.keyboard.press("3");
    await dialog.getByRole("button", { name: "4 hours", pressed: true }).waitFor();
    await dialog.getByLabel("Comment").fill("waits for the new disk");
    await page.keyboard.press("Enter");
    await becomes(site, alerts.delta, "snoozed");
    const snoozed = await site.daemon.get(`/api/v1/alerts/${alerts.delta}`);
    assert.equal(snoozed.comment, "waits for the new disk");
    const hours = (Date.parse(snoozed.until) - Date.parse(snoozed.state_since)) / 3_600_000;
    assert.ok(hours > 3.9 && hours < 4.1, `${hours} h`);

    await row(page, "gamma").locator(".what").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/alerts/${alerts.gamma}`);
    await page.getByRole("heading", { name: "load of gamma failed: exit code 3" }).waitFor();
    await page.goBack();
    await row(page, "gamma").waitFor();
  });

  test("many at once", async () => {
    const page = await site.signIn("operator", { path: "/alerts" });
    await row(page, "alpha").waitFor();
    await row(page, "alpha").getByRole("checkbox").check();
    await row(page, "gamma").locator(".what").focus();
    await page.keyboard.press("x");
    const bar = page.getByRole("toolbar", { name: "Selected alerts" });
    await bar.getByText("2 alerts").waitFor();
    await site.checkAccess(page);
    await bar.getByRole("button", { name: "Acknowledge" }).click();
    await becomes(site, alerts.alpha, "acknowledged");
    await becomes(site, alerts.gamma, "acknowledged");
    await bar.waitFor({ state: "detached" });
  });

  test("what the server refuses is taken back, with its reason", async () => {
    const page = await site.signIn("operator", { path: "/alerts" });
    await row(page, "beta").waitFor();
    let asked = 0;
    await page.route("**/acknowledge", (route) => {
      asked++;
      return route.fulfill(broken(503, "Busy", "the disk is full; nothing was changed"));
    });
    await row(page, "beta").getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("the disk is full; nothing was changed").waitFor();
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();
    // It was refused and told, so nothing more is under way.
    assert.equal(asked, 1);
    assert.equal(await stateOf(site, alerts.beta), "firing");
  });

  test("what somebody else takes is seen without a reload", async () => {
    const page = await site.signIn("operator", { path: "/alerts" });
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();
    await page.getByTitle("Updates arrive as they happen").waitFor();
    await site.daemon.post(`/api/v1/alerts/${alerts.beta}/acknowledge`, { comment: "mine" });
    await row(page, "beta").getByRole("img", { name: "critical, acknowledged" }).waitFor();
    await row(page, "beta").getByText("“mine”").waitFor();
    await site.daemon.post(`/api/v1/alerts/${alerts.beta}/unacknowledge`);
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();
  });

  test("while more happens than a slow network carries, each answer is shown", async () => {
    const page = await site.signIn("operator", { path: "/settings/account" });
    const answers = []; // to be let through: the first that knows what is done below, and those after it
    let slow = true;
    let heard = 0; // the head asks as well, whenever the page hears of something
    page.on("request", (request) => { if (/\/api\/v1\/alerts\?.*limit=100/.test(request.url())) heard++; });
    await page.route((url) => url.pathname === "/api/v1/alerts" && url.searchParams.get("limit") === "200", async (route) => {
      const response = await route.fetch();
      // An answer without a body says that nothing is new.
      const list = response.status() === 200 ? (await response.json()).alerts : [];
      const isNews = list.some((one) => one.alert === alerts.beta && one.state === "acknowledged");
      if (slow && (answers.length > 0 || isNews)) await new Promise((done) => answers.push(done));
      await route.fulfill({ response });
    });
    await page.goto("/alerts");
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();
    await page.getByTitle("Updates arrive as they happen").waitFor();
    await site.daemon.post(`/api/v1/alerts/${alerts.beta}/acknowledge`);
    await poll(() => answers.length === 1, "the page to ask");
    const before = heard;
    await site.daemon.post(`/api/v1/alerts/${alerts.beta}/unacknowledge`);
    await poll(() => heard > before, "the page to hear of more");
    answers[0]();
    await row(page, "beta").getByRole("img", { name: "critical, acknowledged" }).waitFor();
    await poll(() => answers.length === 2, "the page to ask again");
    slow = false;
    answers[1]();
    await row(page, "beta").getByRole("img", { name: "critical, firing" }).waitFor();
  });

  test("on the first page it is taken with one button, and what others do is seen there", async () => {
    const page = await site.signIn("operator");
    const line = page.locator(".alert-line").filter({ hasText: "load of beta failed" });
    await page.getByTitle("Updates arrive as they happen").waitFor();
    await line.getByRole("button", { name: "Acknowledge" }).click();
    await becomes(site, alerts.beta, "acknowledged");
    await line.getByText("acknowledged by operator").waitFor();
    await site.daemon.post(`/api/v1/alerts/${alerts.beta}/unacknowledge`);
    await line.getByRole("button", { name: "Acknowledge" }).waitFor();
  });

  test("a viewer sees everything and is offered nothing", async () => {
    const page = await site.signIn("viewer", { path: "/alerts" });
    let changes = 0;
    page.on("request", (request) => { if (request.method() !== "GET") changes++; });
    // A row comes with its buttons.
    await row(page, "beta").waitFor();
    assert.equal(await page.getByRole("button", { name: "Acknowledge" }).count(), 0);
    assert.equal(await page.getByRole("checkbox").count(), 0);
    await page.keyboard.press("j");
    await equalsSoon(() => page.evaluate(() => document.activeElement?.textContent), "load of beta failed: exit code 3");
    for (const key of ["x", "a", "s", "Shift+R"]) await page.keyboard.press(key);
    await page.keyboard.press("o");
    await page.getByRole("heading", { name: "load of beta failed: exit code 3" }).waitFor();
    for (const key of ["a", "Shift+A", "s", "Shift+R"]) await page.keyboard.press(key);
    // Keys are taken in their turn: when the sheet has opened and closed, the others were looked at.
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await page.getByRole("button", { name: "Acknowledge" }).count(), 0);
    assert.equal(changes, 0);
    assert.equal(await stateOf(site, alerts.beta), "firing");
  });

  for (const width of [PHONE.width, 320]) {
    test(`on a phone of ${width} px: one large button within reach of the thumb`, async () => {
      await site.daemon.post(`/api/v1/alerts/${alerts.beta}/acknowledge`);
      await site.daemon.post(`/api/v1/alerts/${alerts.beta}/unacknowledge`);
      const page = await site.signIn("operator", { path: "/alerts", viewport: { width, height: 700 }, colorScheme: "dark", hasTouch: true });
      await row(page, "beta").waitFor();
      await checkWidth(page);
      await site.picture(page, `alerts-phone-${width}`);
      await row(page, "beta").locator(".what").tap();
      const button = page.getByRole("button", { name: "Acknowledge", exact: true });
      await equalsSoon(() => button.count(), 1);
      await soon(async () => {
        const box = await button.boundingBox();
        assert.ok(box && box.height >= 48 && box.width >= width / 2 && box.y + box.height <= 700 && box.y > 350, JSON.stringify(box));
      });
      await checkWidth(page);
      await site.checkAccess(page);
      await site.picture(page, `alert-phone-${width}`);
      await button.tap();
      await becomes(site, alerts.beta, "acknowledged");
      await page.getByText("acknowledged by operator").waitFor();
    });
  }

  test("an alert that is not there, and an inbox that cannot be loaded", async () => {
    // An event would load it again before anybody can.
    const page = await site.signIn("viewer", { path: "/alerts/999999", deaf: true });
    await page.getByRole("heading", { name: "Not found" }).waitFor();
    await page.route("**/api/v1/alerts?*", (route) => route.fulfill(broken(500, "Broken", "the database cannot be read")));
    await page.goto("/alerts");
    await page.getByText("the database cannot be read").waitFor();
    await page.unroute("**/api/v1/alerts?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await row(page, "beta").waitFor();
  });
});

// A changed file is in force when the dag has another version.
async function rewrite(site, dag, text) {
  const { version } = await site.daemon.get(`/api/v1/dags/${dag}`);
  site.daemon.dag(dag, text);
  await poll(async () => (await site.daemon.get(`/api/v1/dags/${dag}`)).version !== version, `${dag} to be read again`);
}

const HEAD = "params: {rows: {type: integer, default: 10}}\nalerts: {on: [failure], severity: critical, runbook: churn.md}\n";
const GOOD = `${HEAD}tasks:\n  train: {run: 'echo trained', publish: {dataset: churn_model}}\n  upload: {run: 'true', needs: [train]}\n`;
const BAD = GOOD.replace("echo trained", 'cat evil.txt >&2; echo "KeyError: title" >&2; exit 3');
const RUNBOOK = `# Churn\n\n## train\n\nAsk the **data team**. [Their page](https://wiki.example/titles), not [this](javascript:document.title='owned').\n
<img src=x onerror="document.title='owned'">\n\n\`\`\`\ntidemill retry RUN\n\`\`\`\n`;
const EVIL = ["<script>document.title='owned'</script>", "<svg onload=document.title='owned'>", "</pre><b id=escaped>out</b>",
  "\u001b[31mred\u001b[0m \u001b]8;;javascript:alert(1)\u0007click\u001b]8;;\u0007 \u001b[2J", "half\rdone \u202eexe.txt", "[INFO] scheduler: run succeeded"];

site("the page of an alert", {}, (site) => {
  let alert = null;
  let bad = 0;
  test("says what broke, what changed, what it holds up, and what to do", async () => {
    writeFileSync(join(site.daemon.dags, "churn.md"), RUNBOOK);
    writeFileSync(join(site.daemon.dags, "evil.txt"), `${EVIL.join("\n")}\n`);
    site.daemon.dag("churn", GOOD);
    site.daemon.dag("report", "triggers: {dag: churn}\ndeadline: {after: 2h}\nschedule: '0 0 1 1 *'\ntasks: {a: {run: 'true'}}\n");
    await poll(async () => (await site.daemon.ask("GET", "/api/v1/dags/report")).status === 200, "report to be read");
    assert.equal((await site.daemon.runToEnd("churn")).state, "succeeded");
    await rewrite(site, "churn", BAD);
    bad = await site.daemon.trigger("churn", { rows: 0 });
    await site.daemon.waitRun(bad);
    alert = (await alertOf(site, "churn")).alert;
    const page = await site.signIn("operator", { path: `/alerts/${alert}` });
    await page.getByRole("heading", { name: "train of churn failed: exit code 3" }).waitFor();
    await page.getByText("rows: 10 → 0").waitFor();
    await page.getByText("+   train:", { exact: false }).first().waitFor();
    await page.locator(".last-lines .error").getByText("KeyError: title").waitFor();
    await page.getByText(/until the deadline of/).waitFor();
    await page.getByRole("link", { name: "report", exact: true }).first().waitFor();
    await page.locator(".tagged", { hasText: "upload" }).waitFor();
    await page.getByRole("heading", { name: "Runbook" }).waitFor();
    await page.getByText("data team").waitFor();
    await page.getByText(`tidemill retry ${bad}`, { exact: false }).first().waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "alert");
    await page.emulateMedia({ colorScheme: "dark" });
    await site.checkAccess(page);
    await site.picture(page, "alert-dark");
  });

  test("texts of logs, runbooks and comments are only text", async () => {
    const comment = "<img src=x onerror=document.title='owned'> \u202egnp";
    await site.daemon.post(`/api/v1/alerts/${alert}/acknowledge`, { comment });
    const page = await site.signIn("operator", { path: `/alerts/${alert}` });
    let dialogs = 0;
    page.on("dialog", (dialog) => { dialogs++; void dialog.dismiss(); });
    await soon(async () => {
      const lines = await page.locator(".last-lines .line").allTextContents();
      assert.deepEqual(lines.slice(0, 3).map((line) => line.trimEnd()), EVIL.slice(0, 3));
      assert.equal(lines[3]?.trimEnd(), "red click");
      assert.match(lines[4] ?? "", /half.*done \[U\+202E\]exe\.txt/);
    });
    await page.getByText("“<img src=x onerror=document.title='owned'> [U+202E]gnp”").waitFor();
    await page.getByRole("heading", { name: "Runbook" }).waitFor();
    // All of it is one answer, which is shown.
    assert.equal(await page.locator("#escaped, .page img, .page script").count(), 0);
    const links = await page.locator(".page a").evaluateAll((list) => list.map((link) => link.getAttribute("href")));
    assert.deepEqual(links.filter((href) => !/^(\/|https:\/\/wiki\.example\/titles$)/.test(href)), []);
    await page.goto("/alerts");
    await page.getByText("“<img src=x", { exact: false }).waitFor();
    assert.doesNotMatch(await page.title(), /owned/);
    assert.equal(dialogs, 0);
  });

  test("a comment and a time go with it; giving back; resolving; a repair ends it by itself", async () => {
    await site.daemon.post(`/api/v1/alerts/${alert}/unacknowledge`);
    const page = await site.signIn("operator", { path: `/alerts/${alert}` });
    await page.getByRole("button", { name: "With a comment …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Comment").fill("asked the data team");
    await dialog.getByRole("button", { name: "1 day" }).click();
    await dialog.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("“asked the data team”").waitFor();
    await becomes(site, alert, "acknowledged");
    assert.ok((await site.daemon.get(`/api/v1/alerts/${alert}`)).until, "it was set with the state");
    await page.keyboard.press("u");
    await becomes(site, alert, "firing");
    await page.getByRole("img", { name: "critical, firing" }).waitFor();
    await rewrite(site, "churn", GOOD);
    await site.daemon.runToEnd("churn");
    await page.getByRole("img", { name: "critical, resolved" }).waitFor();
    await page.getByRole("button", { name: "Acknowledge" }).waitFor({ state: "detached" });
  });

  test("on a phone the failed run is retried, or run again with another parameter, from the alert", async () => {
    site.daemon.dag("size", "params: {rows: {type: integer, default: 10}}\nalerts: {on: [failure], severity: critical}\ntasks:\n  get: {run: echo got}\n"
      + "  fit: {run: 'test \"$ROWS\" -gt 5', needs: [get], env: {ROWS: '${{ params.rows }}'}}\n");
    await poll(async () => (await site.daemon.ask("GET", "/api/v1/dags/size")).status === 200, "size to be read");
    const { run } = await site.daemon.runToEnd("size", { rows: 1 });
    const { alert: number } = await alertOf(site, "size");
    const page = await site.signIn("operator", { path: `/alerts/${number}`, viewport: PHONE, hasTouch: true });
    await page.getByRole("button", { name: "Retry failed …" }).tap();
    const retry = page.getByRole("dialog", { name: "Retry what failed" });
    await retry.getByRole("list", { name: "What will change" }).getByText("fit").waitFor();
    // The list is one answer.
    assert.equal(await retry.getByText("get", { exact: true }).count(), 0);
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "alert-retry-phone");
    await retry.getByRole("button", { name: "Retry", exact: true }).tap();
    await page.waitForURL(`**/runs/${run}`);
    await poll(async () => (await site.daemon.get(`/api/v1/runs/${run}/tasks/fit`)).attempts === 2, "the second attempt");
    await site.daemon.waitRun(run);
    await page.goto(`/alerts/${number}`);
    await page.getByRole("button", { name: "Run again …" }).tap();
    const again = page.getByRole("dialog", { name: "Run size again" });
    await again.getByLabel("rows").fill("7");
    await again.getByText("1 → 7").waitFor();
    await site.checkAccess(page);
    await again.getByRole("button", { name: "Start the run" }).tap();
    await page.waitForURL((url) => /\/runs\/\d+$/.test(url.pathname) && url.pathname !== `/runs/${run}`);
    const next = Number(page.url().split("/").at(-1));
    assert.equal((await site.daemon.waitRun(next)).state, "succeeded");
    await poll(async () => (await site.daemon.get(`/api/v1/alerts/${number}`)).state === "resolved", "the alert to end by itself");
  });
});
