// Dags and runs: the list, and every part of the page of one dag.
import { assert, checkWidth, equalsSoon, PHONE, poll, site, soon, test } from "./fixture.mjs";

const DAGS = {
  mill: `description: Grinds what it is given. Twice.
owner: ann
tags: [daily]
schedule: "0 3 1 1 *"
params:
  grain: {type: string, default: rye, enum: [rye, wheat]}
  turns: {type: integer, default: 2, minimum: 1, maximum: 9, description: How often it turns.}
tasks:
  fetch: {run: 'true'}
  grind:
    needs: [fetch]
    retry: {limit: 3, delay: 10ms}
    run: 'test "$TIDEMILL_ATTEMPT" -ge "$TIDEMILL_PARAM_TURNS"'
  pack: {needs: [grind], run: 'echo packed'}
`,
  broken_mill: "tasks: {fall: {run: exit 3}, after: {needs: [fall], run: 'true'}}\n",
};

site("dags", { dags: DAGS }, (site) => {
  test("the list shows last runs, finds by words, and keeps the filter in the address", async () => {
    await site.daemon.runToEnd("mill");
    await site.daemon.runToEnd("broken_mill");
    const page = await site.signIn("editor", { path: "/dags" });
    const table = page.getByRole("table", { name: "Dags" });
    await table.getByRole("row").filter({ hasText: "broken_mill" }).getByRole("link", { name: /: failed$/ }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("broken");
    await equalsSoon(() => table.getByRole("row").count(), 2, "one dag and the head");
    await equalsSoon(() => new URL(page.url()).searchParams.get("q"), "broken");
    await page.reload();
    await equalsSoon(() => table.getByRole("row").count(), 2, "one dag and the head, after a reload");
    await page.goto("/dags?tag=daily");
    await table.getByRole("link", { name: "mill", exact: true }).waitFor();
    await site.checkAccess(page);
    await site.picture(page, "dags");
  });

  test("pausing is shown at once and can be undone; a viewer is not offered it", async () => {
    const page = await site.signIn("editor", { path: "/dags/mill" });
    await page.getByRole("button", { name: "Pause" }).click();
    await site.heard(page, /mill is paused/);
    await equalsSoon(async () => (await site.daemon.get("/api/v1/dags/mill")).paused, true);
    await page.getByRole("button", { name: "Undo" }).click();
    await equalsSoon(async () => (await site.daemon.get("/api/v1/dags/mill")).paused, false);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const viewer = await site.signIn("viewer", { path: "/dags/mill" });
    // The grid comes after what is above it.
    await viewer.getByRole("grid").waitFor();
    assert.equal(await viewer.getByRole("button", { name: "Pause" }).count(), 0);
    await equalsSoon(() => viewer.getByRole("link", { name: "Trigger", exact: true }).count(), 1, "only the tab, which says what is needed");
  });

  test("the grid: a cell for each task, its attempts, and the whole of it by keys", async () => {
    const { run } = await site.daemon.runToEnd("mill", { turns: 3 });
    const page = await site.signIn("viewer", { path: "/dags/mill" });
    const grid = page.getByRole("grid");
    await grid.getByRole("gridcell", { name: `grind, run ${run}: succeeded, 3 attempts` }).waitFor();
    await grid.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("j");
    await page.getByRole("status").filter({ hasText: "grind" }).getByText("3 attempts").waitFor();
    await equalsSoon(() => new URL(page.url()).searchParams.get("cell"), `${run}/grind`);
    await site.checkAccess(page);
    await site.picture(page, "dag-grid");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/runs/${run}/tasks/grind`);
    await page.goBack();
    await grid.waitFor();
  });

  test("the graph: arrows walk along the edges, and the task that is chosen is described", async () => {
    const page = await site.signIn("viewer", { path: "/dags/mill?tab=graph" });
    const graph = page.getByRole("application");
    await graph.getByRole("button", { name: "pack" }).waitFor();
    await graph.getByRole("button", { name: "fetch" }).click();
    await graph.focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "grind" }).waitFor();
    await page.getByText("up to 3, first after 10ms").waitFor();
    await equalsSoon(() => new URL(page.url()).searchParams.get("task"), "grind");
    await site.checkAccess(page);
    await site.picture(page, "dag-graph");
  });

  test("calendar and schedule: the day of the runs, and the next times in words", async () => {
    const page = await site.signIn("viewer", { path: "/dags/mill?tab=calendar" });
    await page.getByRole("link", { name: /runs?, succeeded$/ }).last().click(); // of two days, at midnight
    await page.getByRole("status").getByText(/\d+ succeeded/).waitFor();
    await site.checkAccess(page);
    await site.picture(page, "dag-calendar");
    await page.getByRole("link", { name: "Schedule" }).click();
    await page.getByText(/03:00/).first().waitFor();
    const times = page.getByRole("table", { name: "Next times" }).getByRole("row");
    await equalsSoon(() => times.count(), 6, "the head and five times");
    await site.checkAccess(page);
    await site.picture(page, "dag-schedule");
  });

  test("versions: what a new one changed, in words and line by line", async () => {
    const page = await site.signIn("viewer", { path: "/dags/broken_mill?tab=versions" });
    const rows = page.getByRole("table", { name: "Versions" }).getByRole("row");
    await equalsSoon(() => rows.count(), 2, "the head and one version");
    site.daemon.dag("broken_mill", `${DAGS.broken_mill}# and a new task\n`.replace("after:", "sweep: {run: 'true'}, after:"));
    await equalsSoon(() => rows.count(), 3, "the second version, without a reload");
    await page.getByRole("link", { name: "what it changed" }).first().click();
    await page.getByText("1 task added:").waitFor();
    await page.getByRole("region", { name: "Line by line" }).getByText("# and a new task").waitFor();
    await site.checkAccess(page);
    await site.picture(page, "dag-versions");
  });

  test("the form: a wrong value is told beside its field, a right one starts a run", async () => {
    const page = await site.signIn("operator", { path: "/dags/mill?tab=trigger" });
    const form = page.getByRole("form", { name: "Trigger mill" });
    await form.getByLabel("turns").fill("12");
    await form.getByText("At most 9.").waitFor();
    await form.getByLabel("turns").fill("1");
    await form.getByLabel("grain").selectOption("wheat");
    await site.checkAccess(page);
    await site.picture(page, "dag-trigger");
    await form.getByRole("button", { name: "Start a run" }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    const run = await site.daemon.waitRun(Number(page.url().split("/").pop()));
    assert.deepEqual([run.params.turns, run.params.grain, run.state], [1, "wheat", "succeeded"]);
  });

  test("runs: by state in the address, and back", async () => {
    const page = await site.signIn("viewer", { path: "/runs" });
    const table = page.getByRole("table", { name: "Runs" });
    await table.getByRole("img", { name: "failed" }).first().waitFor();
    await page.getByLabel("State").selectOption("succeeded");
    await page.waitForURL("**/runs?state=succeeded");
    await soon(async () => {
      const states = await table.locator("tbody .state").evaluateAll((all) => all.map((state) => state.title));
      assert.ok(states.length > 0 && states.every((state) => state === "succeeded"), states.join());
    });
    await page.goBack();
    await table.getByRole("img", { name: "failed" }).first().waitFor();
    await site.checkAccess(page);
    await site.picture(page, "runs");
  });

  test("welcome: two clicks to a first run", async () => {
    const page = await site.signIn("operator", { path: "/welcome" });
    await site.checkAccess(page);
    await site.picture(page, "welcome");
    await page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "mill", exact: true }) }).getByRole("button", { name: "Run" }).click();
    await page.waitForURL(/\/runs\/\d+$/);
  });

  test("text of files stays text", async () => {
    const evil = `<img src=x onerror="document.title='x'"><script>document.title='x'</script>`;
    site.daemon.dag("evil", `description: ${JSON.stringify(evil)}\nowner: ${JSON.stringify(evil)}\ntasks: {a: {run: 'true', description: ${JSON.stringify(evil)}}}\n`);
    await poll(async () => (await site.daemon.ask("GET", "/api/v1/dags/evil")).status === 200, "the dag");
    await site.daemon.runToEnd("evil");
    const page = await site.signIn("viewer", { path: "/dags?q=evil" });
    for (const path of ["/dags?q=evil", "/dags/evil", "/dags/evil?tab=graph&task=a", "/dags/evil?tab=versions", "/welcome", "/"]) {
      await page.goto(path);
      await page.getByText("evil").first().waitFor();
      await equalsSoon(() => page.locator(".skeleton").count(), 0, "everything to be loaded");
      assert.equal(await page.locator("img, main script").count(), 0, path);
      assert.notEqual(await page.title(), "x");
    }
  });

  test("every part fits on a phone, in the dark", async () => {
    const page = await site.signIn("operator", { viewport: PHONE, colorScheme: "dark", path: "/dags" });
    for (const [name, path] of [["dags", "/dags"], ["grid", "/dags/mill"], ["graph", "/dags/mill?tab=graph"], ["calendar", "/dags/mill?tab=calendar"],
      ["trigger", "/dags/mill?tab=trigger"], ["runs", "/runs"], ["welcome", "/welcome"]]) {
      await page.goto(path);
      await page.locator("main h1").waitFor();
      await equalsSoon(() => page.locator(".skeleton").count(), 0, "everything to be loaded");
      await checkWidth(page);
      await site.checkAccess(page);
      await site.picture(page, `phone-${name}`);
    }
  });
});
