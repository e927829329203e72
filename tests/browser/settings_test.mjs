// Settings: oneself, and what administrators look after.
import { assert, checkWidth, equalsSoon, PHONE, site, test } from "./fixture.mjs";

const DAGS = { hello: "schedule: {every: 1h}\ntasks: {greet: {run: echo hello}}\n", slow: "schedule: {every: 1h}\ntasks: {wait: {run: sleep 600}}\n" };
const NEW_PASSWORD = "an other battery staple";

site("settings", { dags: DAGS }, (site) => {
  test("a new user comes in by a link; roles and grants; deleted again", async () => {
    const page = await site.signIn("admin", { path: "/settings/users" });
    await page.getByRole("button", { name: "New user" }).click();
    let dialog = page.getByRole("dialog", { name: "A new user" });
    await dialog.getByLabel("Name").fill("<b>ann</b>");
    await dialog.getByRole("button", { name: "Make the user" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByLabel("Name").fill("ann");
    await dialog.getByRole("button", { name: "Make the user" }).click();
    const link = await page.getByRole("dialog", { name: "A link to sign in" }).locator("code").textContent();
    await site.picture(page, "settings-link");
    await page.getByRole("button", { name: "Done" }).click();

    const guest = await site.page();
    await guest.goto(link);
    await guest.locator(".nav").waitFor();

    const row = page.getByRole("table", { name: "Users" }).getByRole("row").filter({ hasText: "ann" });
    await row.getByRole("button", { name: "Change" }).click();
    dialog = page.getByRole("dialog", { name: "ann" });
    await dialog.getByLabel("Dag", { exact: true }).fill("hello");
    await dialog.getByLabel("Role for this dag").selectOption("editor");
    await dialog.getByRole("button", { name: "Grant" }).click();
    await dialog.getByRole("button", { name: "Take back editor for hello" }).waitFor();
    await site.checkAccess(page);
    await site.picture(page, "settings-user");
    await dialog.getByLabel("Role, for every dag").selectOption("operator");
    await equalsSoon(async () => {
      const ann = (await site.daemon.get("/api/v1/users")).users.find((user) => user.user === "ann");
      return [ann?.role, ann?.grants.hello];
    }, ["operator", "editor"]);
    await dialog.getByRole("button", { name: "Delete …" }).click();
    await page.getByRole("dialog", { name: "Delete ann" }).getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    await checkWidth(page);
    await site.checkAccess(page);
    await site.picture(page, "settings-users");
  });

  test("an API token is shown once, works, and is revoked", async () => {
    const page = await site.signIn("operator", { path: "/settings/tokens" });
    await page.getByText("No tokens yet.").waitFor();
    await page.getByRole("button", { name: "New token" }).click();
    const dialog = page.getByRole("dialog", { name: "A new API token" });
    await dialog.getByLabel("Name", { exact: true }).fill("laptop");
    await dialog.getByRole("button", { name: "Make the token" }).click();
    const secret = await page.getByRole("dialog", { name: "Your new token" }).locator("code").textContent();
    const ask = () => fetch(`${site.daemon.url}/api/v1/session`, { headers: { Authorization: `Bearer ${secret}` } });
    assert.equal((await ask()).status, 200);
    await page.getByRole("button", { name: "Done" }).click();
    const row = page.getByRole("table", { name: "API tokens" }).getByRole("row").filter({ hasText: "laptop" });
    await row.waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.ok(!(await page.content()).includes(secret));
    await site.checkAccess(page);
    await site.picture(page, "settings-tokens");
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog", { name: "Revoke laptop" }).getByRole("button", { name: "Revoke" }).click();
    await row.getByText("revoked").waitFor();
    await equalsSoon(async () => (await ask()).status, 401);
  });

  test("secrets are names; their values are in no page", async () => {
    const page = await site.signIn("admin", { path: "/settings/secrets" });
    await page.getByRole("button", { name: "New secret" }).click();
    const dialog = page.getByRole("dialog", { name: "A new secret" });
    await dialog.getByLabel("Name").fill("warehouse");
    await dialog.getByLabel("Value").fill("hunter2-hunter2");
    await dialog.getByRole("button", { name: "Set" }).click();
    const row = page.getByRole("table", { name: "Secrets" }).getByRole("row").filter({ hasText: "warehouse" });
    await row.waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.ok(!(await page.content()).includes("hunter2"));
    await site.picture(page, "settings-secrets");
    await row.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog", { name: "Delete warehouse" }).getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
  });

  test("a worker token, made and revoked", async () => {
    const page = await site.signIn("admin", { path: "/settings/workers", viewport: PHONE });
    await page.getByRole("button", { name: "New worker token" }).click();
    await page.getByLabel("Name of the worker").fill("gpu-1");
    await page.getByRole("button", { name: "Make the token" }).click();
    await page.getByRole("dialog", { name: "Token of the worker" }).locator("code").waitFor();
    await checkWidth(page);
    await page.getByRole("button", { name: "Done" }).click();
    const row = page.getByRole("table", { name: "Worker tokens" }).getByRole("row").filter({ hasText: "gpu-1" });
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await row.getByText("revoked").waitFor();
  });

  test("a freeze of all schedules, and lifted", async () => {
    const page = await site.signIn("admin", { path: "/settings/freezes" });
    await page.getByText("Schedules were never frozen.").waitFor();
    await page.getByRole("button", { name: "Freeze all schedules" }).click();
    const dialog = page.getByRole("dialog", { name: "Freeze all schedules" });
    await dialog.getByLabel("Reason").fill("year end <script>");
    await dialog.getByRole("button", { name: "Freeze", exact: true }).click();
    const row = page.getByRole("table", { name: "Freezes" }).getByRole("row").filter({ hasText: "year end <script>" });
    await row.waitFor();
    await site.checkAccess(page);
    await site.picture(page, "settings-freezes");
    await row.getByRole("button", { name: "Lift" }).click();
    await page.getByRole("dialog", { name: "Lift the freeze" }).getByRole("button", { name: "Lift" }).click();
    await row.getByText("lifted").waitFor();
  });

  test("backfills are listed and stopped", async () => {
    await site.daemon.post("/api/v1/backfills", { dag: "slow", from: "2026-01-01T00:00:00Z", until: "2026-01-03T00:00:00Z", max_parallel: 1 });
    const page = await site.signIn("editor", { path: "/settings/backfills" });
    const row = page.getByRole("table", { name: "Backfills" }).getByRole("row").filter({ hasText: "slow" });
    await row.getByText("goes on").waitFor();
    await site.checkAccess(page);
    await site.picture(page, "settings-backfills");
    await row.getByRole("button", { name: "Stop" }).click();
    const dialog = page.getByRole("dialog", { name: "Stop backfill 1 of slow" });
    await dialog.getByLabel("Reason").fill("wrong days");
    await dialog.getByRole("button", { name: "Stop" }).click();
    await row.getByText("cancelled").waitFor();
  });

  test("one's own password; the new one counts", async () => {
    const page = await site.signIn("viewer", { path: "/settings/account", viewport: PHONE, colorScheme: "dark" });
    const current = (await site.user("viewer")).password;
    await page.getByLabel("Current password").fill("not that one at all");
    await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await page.getByLabel("New password again").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Current password").fill(current);
    await page.getByRole("button", { name: "Change the password" }).click();
    await site.heard(page, /Your password is changed/);
    await equalsSoon(() => page.getByLabel("Current password").inputValue(), "", "nothing of it stays in the form");
    await checkWidth(page);
    await site.checkAccess(page);
    await site.picture(page, "settings-account-phone-dark");
    const answer = await page.request.post("/api/v1/session", { data: { user: "viewer", password: NEW_PASSWORD }, headers: { Origin: site.daemon.url } });
    assert.equal(answer.status(), 200);
  });

  test("who is no administrator is offered nothing of theirs, and told so", async () => {
    const page = await site.signIn("operator", { path: "/settings/users" });
    await page.getByText("They are for administrators.").waitFor();
    assert.equal(await page.getByRole("link", { name: "Secrets" }).count(), 0); // it would stand above these words
    await page.goto("/settings/nothing");
    await page.getByText("There is no such part of the settings.").waitFor();
  });
});
