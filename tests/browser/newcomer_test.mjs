// The walk of somebody new, with nothing but the link that the terminal shows: run an example, break it, be alerted,
// acknowledge on a phone, find the cause, mend the parameter, run again from the failed task, see it green.
import { fileURLToPath } from "node:url";
import { assert, checkWidth, equalsSoon, PHONE, site, test } from "./fixture.mjs";

const EXAMPLES = fileURLToPath(new URL("../../dags", import.meta.url));
const DAG = "etl_fanout", PARAM = "break_partition";

// One example has a schedule, which may be due while the test runs.
site("a newcomer", { copy: EXAMPLES, without: "listing_category", terminal: true, oneWalk: true }, (site) => {
  const state = (page, word) => page.locator(".title-row").getByRole("img", { name: word, exact: true });
  let page = null;

  test("comes in by the link, and runs an example with one click", async () => {
    page = await site.page();
    await page.goto(site.daemon.link);
    await page.getByRole("heading", { name: "Welcome" }).waitFor();
    await site.checkAccess(page);
    await site.picture(page, "newcomer-1-welcome");
    await page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: DAG }) }).getByRole("button", { name: "Run" }).click();
    await page.getByRole("heading", { name: `${DAG} #1` }).waitFor();
    await site.picture(page, "newcomer-2-run");
    await state(page, "succeeded").waitFor(); // nobody reloads
    await site.picture(page, "newcomer-3-green");
  });

  test("breaks it with a parameter, sees it fail, and is alerted", async () => {
    await page.getByRole("navigation", { name: "Where you are" }).getByRole("link", { name: DAG }).click();
    await page.getByRole("link", { name: "Trigger" }).first().click();
    await page.getByLabel(PARAM).fill("2");
    await site.picture(page, "newcomer-4-break");
    await page.getByRole("button", { name: "Start a run" }).click();
    await page.getByRole("heading", { name: `${DAG} #2` }).waitFor();
    await state(page, "failed").waitFor();
    await page.getByRole("region", { name: "Why it failed" }).getByRole("link", { name: "transform_2" }).waitFor();
    await page.getByTitle("1 open alert").waitFor();
    await site.picture(page, "newcomer-5-failed");
  });

  test("acknowledges on a phone, and reads the cause there", async () => {
    page = await page.context().newPage();
    await page.setViewportSize(PHONE);
    await page.goto("/");
    await page.getByRole("navigation", { name: "Tidemill" }).getByRole("link", { name: "Alerts" }).click();
    await page.getByRole("link", { name: /transform_2 of etl_fanout failed/ }).click();
    await checkWidth(page);
    await site.picture(page, "newcomer-6-alert");
    await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
    await page.getByText("acknowledged by").first().waitFor();
    await page.getByRole("heading", { name: "The end of its log" }).waitFor();
    await page.getByText(/partition 2/i).first().waitFor();
    await site.checkAccess(page);
  });

  test("mends the parameter, runs again from the failed task, and sees it green", async () => {
    await page.getByRole("button", { name: "Run again …" }).click();
    const dialog = page.getByRole("dialog", { name: `Run ${DAG} again` });
    await equalsSoon(() => dialog.getByLabel(/begin where it failed/).isChecked(), true);
    await dialog.getByLabel(PARAM).fill("-1");
    await dialog.getByText("2 → -1").waitFor();
    await checkWidth(page);
    await site.picture(page, "newcomer-7-again");
    await dialog.getByRole("button", { name: "Start the run" }).click();
    await page.getByRole("heading", { name: `${DAG} #3` }).waitFor();
    await state(page, "succeeded").waitFor();
    await site.picture(page, "newcomer-8-green");
    const { tasks } = await site.daemon.get("/api/v1/runs/3");
    assert.equal(tasks.find((task) => task.id === "extract").attempts, 0, "what had succeeded is not run again");
    await page.getByRole("navigation", { name: "Tidemill" }).getByRole("link", { name: "Alerts" }).click();
    await page.getByText("Nothing is wrong.").waitFor();
    await site.picture(page, "newcomer-9-well");
  });
});
