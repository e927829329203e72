// Who is on call, who stands in, and what nobody is told about.
import { readFileSync } from "node:fs";
import { assert, checkWidth, equalsSoon, PHONE, poll, site, soon, test } from "./fixture.mjs";

// The turn began three days ago and lasts seven, so that no turn ends while the tests run.
const start = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 16).replace("T", " ");
const ALERTS = `channels:
  hook: {webhook: {url: "http://127.0.0.1:9/nobody"}}
people:
  ann: {channels: hook}
  bob: {channels: hook}
rotations:
  primary:
    zone: UTC
    layers:
      - {start: ${start}, every: 7d, turns: [ann, bob]}
policies:
  quiet: {steps: [{notify: rotation.primary}]}
`;
const DAGS = { boom: "alerts: {on: [failure], severity: critical}\ntasks: {fall: {run: exit 3}}\n" };
const EVIL = "<img src=x onerror=document.title='owned'> \u202egnp";
// As a field of local time wants it: a day from now.
const tomorrow = () => {
  const at = new Date(Date.now() + 86_400_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

site("who is on call", { dags: DAGS, alerts: ALERTS }, (site) => {
  test("now, next, and two weeks as a strip; an override and its end", async () => {
    const other = "bob";
    const page = await site.signIn("operator", { path: "/on-call" });
    const card = page.getByRole("region", { name: "Rotation primary" });
    await card.locator(".who-now", { hasText: "ann" }).waitFor();
    await soon(async () => assert.ok(await card.locator(".shift").count() >= 2));
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "on-call");

    await card.getByRole("button", { name: "Override" }).click();
    const dialog = page.getByRole("dialog", { name: "Somebody else on call in primary" });
    await dialog.getByLabel("Who").fill("nobody_at_all");
    await dialog.getByLabel("Until").fill(tomorrow());
    await dialog.getByLabel("Reason").fill(EVIL);
    await dialog.getByRole("button", { name: "Put them on call" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByLabel("Who").fill(other);
    await site.checkAccess(page);
    await dialog.getByRole("button", { name: "Put them on call" }).click();
    await card.locator(".who-now", { hasText: other }).waitFor();
    await card.getByText("“<img src=x onerror=document.title='owned'> [U+202E]gnp”").waitFor();
    await card.getByRole("button", { name: `Take the override of ${other} back` }).click();
    await page.getByRole("dialog", { name: "Take the override back" }).getByRole("button", { name: "Take it back" }).click();
    await card.locator(".who-now", { hasText: "ann" }).waitFor();
    assert.doesNotMatch(await page.title(), /owned/);
  });

  test("on a phone, for somebody who may only look", async () => {
    const page = await site.signIn("viewer", { path: "/on-call", viewport: PHONE, colorScheme: "dark" });
    // A card comes with its buttons, and its shifts come after it.
    await page.getByRole("region", { name: "Rotation primary" }).locator(".shift").first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Override" }).count(), 0);
    await checkWidth(page);
    await site.checkAccess(page);
    await site.picture(page, "on-call-phone-dark");
    await page.getByRole("link", { name: "Silences" }).click();
    await page.getByText("Nothing is silenced: every alert is told.").waitFor();
    assert.equal(await page.getByRole("button", { name: "New silence" }).count(), 0); // it would stand above these words
  });

  test("an alert is silenced from its page, and told again when the silence ends", async () => {
    await site.daemon.runToEnd("boom");
    const { alert } = await poll(async () => (await site.daemon.get("/api/v1/alerts?dag=boom")).alerts[0], "an alert of boom");
    const page = await site.signIn("operator", { path: `/alerts/${alert}` });
    await page.getByRole("img", { name: "critical, firing" }).waitFor();
    await page.getByRole("button", { name: "Silence" }).click();
    const dialog = page.getByRole("dialog", { name: "Silence alerts" });
    await equalsSoon(() => dialog.getByLabel("Dag").inputValue(), "boom");
    await equalsSoon(() => dialog.getByLabel("Task").inputValue(), "fall");
    await dialog.getByLabel("Reason").fill(EVIL);
    await dialog.getByRole("button", { name: "Silence", exact: true }).click();
    await page.getByRole("img", { name: "critical, silenced" }).waitFor();
    await site.checkAccess(page);
    await page.goto("/on-call?tab=silences");
    const row = page.getByRole("table", { name: "Silences" }).getByRole("row").filter({ hasText: "task fall of boom" });
    await row.getByText("[U+202E]gnp", { exact: false }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "silences");
    await row.getByRole("button", { name: "End" }).click();
    await page.getByRole("dialog", { name: "End the silence" }).getByRole("button", { name: "End it" }).click();
    await row.waitFor({ state: "detached" });
    await equalsSoon(async () => (await site.daemon.get(`/api/v1/alerts/${alert}`)).state, "firing");
    await page.getByRole("button", { name: "Also past ones" }).click();
    await row.getByText("ended", { exact: false }).waitFor();
    assert.doesNotMatch(await page.title(), /owned/);
  });

  test("a report: how fast alerts were taken, who was paged, what is noise, and all of it for a spreadsheet", async () => {
    await site.daemon.runToEnd("boom");
    await poll(async () => (await site.daemon.get("/api/v1/reports/alerts")).episodes > 0, "an alert in the report");
    const page = await site.signIn("viewer", { path: "/on-call?tab=reports" });
    const figures = page.getByRole("list", { name: "Figures" });
    await figures.getByText("(MTTA)").waitFor();
    await page.getByRole("table", { name: "The noisiest alerts" }).getByRole("link", { name: "boom / fall" }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "reports");
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: "CSV" }).click();
    assert.match(readFileSync(await (await coming).path(), "utf8"), /boom/);
    await page.getByLabel("Period").selectOption("A week");
    await page.waitForURL("**/on-call?tab=reports&period=7");
    await figures.getByText("(MTTA)").waitFor();
    await page.setViewportSize(PHONE);
    await checkWidth(page);
  });
});

site("without a file of alerts", { dags: DAGS }, (site) => {
  test("what to do about it is said", async () => {
    const page = await site.signIn("viewer", { path: "/on-call" });
    await page.getByRole("heading", { name: "There are no rotations yet" }).waitFor();
    await site.checkAccess(page);
  });
});
