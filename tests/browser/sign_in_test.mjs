// Coming in, and the frame that every view stands in.
import { assert, checkWidth, equalsSoon, PHONE, site, test } from "./fixture.mjs";

const DAGS = {
  hello: "schedule: '0 0 1 1 *'\ntasks: {greet: {run: echo hello}}\n",
  broken: "tasks: {fall: {run: exit 3}}\n",
};

site("signing in", { dags: DAGS }, (site) => {
  test("with a password: a wrong one is refused in words, the right one shows what runs", async () => {
    const { user, password } = await site.user("operator");
    await site.daemon.runToEnd("hello");
    const page = await site.page();
    await page.goto("/");
    await page.getByLabel("Name").fill(user);
    await page.getByLabel("Password").fill("not that one at all");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Now" }).waitFor();
    const latest = page.getByRole("table", { name: "Latest runs" });
    await latest.getByRole("link", { name: "hello" }).waitFor();
    await latest.getByRole("img", { name: "succeeded" }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "now");
  });

  test("with a link that works once, and leaves no token in the address", async () => {
    await site.user("viewer");
    const { path } = await site.daemon.post("/api/v1/users/viewer/sign-in-link");
    const page = await site.page();
    await page.goto(path);
    await page.locator(".nav").waitFor();
    await equalsSoon(() => new URL(page.url()).hash, "");
    const second = await site.page();
    await second.goto(path);
    // Refused and told: nothing is under way that could let anybody in.
    await second.getByRole("alert").waitFor();
    assert.equal(await second.locator(".nav").count(), 0);
  });

  test("a run that starts and ends elsewhere appears without a reload", async () => {
    const page = await site.signIn("viewer");
    await page.getByTitle("Updates arrive as they happen").waitFor();
    const run = await site.daemon.trigger("broken");
    const row = page.getByRole("table", { name: "Latest runs" }).getByRole("row").filter({ hasText: `#${run}` });
    await row.getByRole("img", { name: "failed" }).waitFor();
  });

  test("a session that ended asks again, over the page", async () => {
    const page = await site.signIn("editor");
    await page.context().clearCookies();
    await site.daemon.runToEnd("hello");
    await page.getByText("Your session has ended").waitFor();
  });

  test("keys: the palette, the sheet, and g with a letter", async () => {
    const page = await site.signIn("viewer");
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.getByRole("table", { name: "Latest runs" }).getByRole("row").nth(1).waitFor();
    await page.keyboard.press("j");
    await equalsSoon(() => page.evaluate(() => document.activeElement?.tagName), "TR");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("hel");
    await page.getByRole("option", { name: "hello" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/dags/hello");
    await page.goBack();
    await page.getByRole("heading", { name: "Now" }).waitFor();
    // One right after the other: g waits for its letter about a second.
    await Promise.all([page.keyboard.press("g"), page.keyboard.press("r")]);
    await page.waitForURL("**/runs");
  });

  test("on a phone, in the dark", async () => {
    const page = await site.signIn("operator", { viewport: PHONE, colorScheme: "dark" });
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.getByRole("table", { name: "Latest runs" }).waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "now-phone-dark");
  });
});

site("what is served", {}, (site) => {
  const fetched = (path, headers = {}) => fetch(site.daemon.url + path, { headers });

  test("the page at every path that is not of the API, with a strict policy", async () => {
    for (const path of ["/", "/runs/12/tasks/a%20b?tab=log", "/no/such/place"]) {
      const answer = await fetched(path);
      assert.equal(answer.status, 200, path);
      assert.match(answer.headers.get("content-type"), /^text\/html/);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      assert.ok(answer.headers.get("referrer-policy"));
      const policy = answer.headers.get("content-security-policy");
      assert.ok(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"), policy);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      const text = await answer.text();
      assert.doesNotMatch(text, /<script(?![^>]*src=)|style="|<style| on\w+=|https?:/);
    }
  });

  test("what is not there is not found: no page instead of a script, a probe or an answer of the API", async () => {
    for (const path of ["/assets/main.js", "/assets/", "/api/v1/nothing", "/api", "/healthz/more", "/metrics/x", "/ack", "/API/v1/runs"]) {
      const answer = await fetched(path);
      assert.equal(answer.status, 404, path);
      assert.match(answer.headers.get("content-type"), /^application\/problem\+json/, path);
    }
    // Links of messages have a page of their own, which says that this is none.
    const link = await fetched("/ack/x");
    assert.equal(link.status, 404);
    assert.doesNotMatch(await link.text(), /<script/);
    const answer = await fetch(`${site.daemon.url}/runs`, { method: "POST", headers: { Origin: site.daemon.url } });
    assert.equal(answer.status, 404);
  });

  test("assets are kept for ever, compressed when that is taken, and not sent again when they are known", async () => {
    const page = await (await fetched("/")).text();
    const paths = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1]);
    assert.ok(paths.length >= 2, page);
    for (const path of paths) {
      const plain = await fetched(path, { "Accept-Encoding": "identity" });
      assert.equal(plain.status, 200, path);
      assert.equal(plain.headers.get("content-encoding"), null);
      assert.equal(plain.headers.get("cache-control"), "public, max-age=31536000, immutable");
      const packed = await fetched(path, { "Accept-Encoding": "gzip" });
      assert.equal(packed.headers.get("content-encoding"), "gzip");
      assert.equal(await packed.text(), await plain.text());
      const known = await fetched(path, { "If-None-Match": plain.headers.get("etag") });
      assert.equal(known.status, 304, path);
    }
  });
});

site("live", { dags: DAGS }, (site) => {
  test("nine tabs share one stream: a browser opens six connections and no more", async () => {
    const first = await site.signIn("viewer");
    const pages = [first];
    while (pages.length < 9) {
      const page = await first.context().newPage();
      await page.goto("/");
      pages.push(page);
    }
    for (const page of pages) await page.getByTitle("Updates arrive as they happen").waitFor();
    const run = await site.daemon.trigger("broken");
    for (const page of pages) {
      await page.bringToFront(); // one that is not looked at loads nothing
      await page.getByRole("table", { name: "Latest runs" }).getByRole("row").filter({ hasText: `#${run}` }).getByRole("img", { name: "failed" }).waitFor();
    }
  });

  test("without shared workers one tab leads, and another takes over when it is closed", async () => {
    await site.user("viewer");
    const first = await site.signIn("viewer");
    const context = first.context();
    await context.addInitScript(() => { delete globalThis.SharedWorker; });
    const [leader, other] = [await context.newPage(), await context.newPage()];
    await first.close();
    for (const page of [leader, other]) {
      await page.goto("/");
      await page.getByTitle("Updates arrive as they happen").waitFor();
    }
    for (const page of [leader, other]) {
      const run = await site.daemon.trigger("broken");
      await page.bringToFront();
      await page.getByRole("table", { name: "Latest runs" }).getByRole("row").filter({ hasText: `#${run}` }).getByRole("img", { name: "failed" }).waitFor();
      if (page === leader) await leader.close();
    }
  });

  test("what cannot be loaded says so, keeps what was there, and is tried again", async () => {
    // An event would load it again before anybody can.
    const page = await site.signIn("viewer", { path: "/runs", deaf: true });
    await page.getByRole("table", { name: "Runs" }).waitFor();
    await page.route("**/api/v1/runs*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json",
      body: JSON.stringify({ type: "about:blank", title: "Service Unavailable", status: 503, detail: "the scheduler is busy" }) }));
    await page.getByLabel("State").selectOption("failed");
    await page.getByRole("heading", { name: "Cannot show runs" }).waitFor();
    await page.getByText("the scheduler is busy").waitFor();
    await site.checkAccess(page);
    await page.unroute("**/api/v1/runs*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("table", { name: "Runs" }).waitFor();
    await page.goto("/runs?state=queued");
    await page.getByText("No run is like that.").waitFor();
    await page.goto("/dags/there_is_none");
    await page.getByRole("heading", { name: "Not found" }).waitFor();
    await page.goto("/no/such/page");
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
  });

  test("a cut is told with the age of what is seen, and what was missed is caught up", async () => {
    const page = await site.signIn("viewer");
    await page.getByTitle("Updates arrive as they happen").waitFor();
    await site.daemon.end();
    await page.getByText(/No connection: what you see is \d+ s old/).waitFor();
    await site.picture(page, "cut");
    await site.daemon.again();
    const { run } = await site.daemon.runToEnd("hello");
    await page.getByTitle("Updates arrive as they happen").waitFor();
    await page.getByRole("table", { name: "Latest runs" }).getByRole("row").filter({ hasText: `#${run}` }).waitFor();
    await page.getByText("No connection").waitFor({ state: "detached" });
  });
});
