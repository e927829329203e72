// Channels: whether messages get through, a test with every hop, and the word in the head when they do not.
import { createServer } from "node:http";
import { after, checkWidth, equalsSoon, PHONE, site, test } from "./fixture.mjs";

// A service that takes everything.
const calls = [];
const service = createServer((request, answer) => {
  calls.push(request.url);
  request.resume();
  request.on("end", () => answer.writeHead(204).end());
});
await new Promise((done) => service.listen(0, "127.0.0.1", done));
after(() => { service.closeAllConnections(); service.close(); });

// Nobody listens on port 9 here.
const ALERTS = `channels:
  good: {webhook: {url: "http://127.0.0.1:${service.address().port}/in"}}
  bad: {webhook: {url: "http://127.0.0.1:9/nobody"}}
people:
  ann: {channels: good}
policies:
  pages: {steps: [{notify: [user.ann, channel.bad]}]}
default: pages
`;
const DAGS = { quiet: "tasks: {greet: {run: echo hello}}\n" };

site("channels", { dags: DAGS, alerts: ALERTS }, (site) => {
  test("how each is, and a test through one shows what became of it", async () => {
    const page = await site.signIn("operator", { path: "/settings/channels" });
    const row = (name) => page.getByRole("table", { name: "Channels" }).getByRole("row").filter({ has: page.locator("b", { hasText: new RegExp(`^${name}$`) }) });
    await row("good").getByText("nothing was sent through it yet").waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await row("good").getByRole("button", { name: "Test" }).click();
    const dialog = page.getByRole("dialog", { name: "A test through good" });
    await dialog.getByText("taken by the service").waitFor();
    await equalsSoon(() => calls, ["/in"]);
    await site.checkAccess(page);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await row("good").getByText("works").waitFor();
    await site.picture(page, "channels");
  });

  test("a test of every step shows who would be told, and what does not get through is said", async () => {
    const page = await site.signIn("operator", { path: "/settings/channels", viewport: PHONE, colorScheme: "dark" });
    await page.getByRole("button", { name: "Test every step" }).click();
    const dialog = page.getByRole("dialog", { name: "A test of every step" });
    const hops = dialog.getByRole("list", { name: "What became of it" });
    await hops.getByRole("listitem").filter({ hasText: "ann by good" }).getByText("taken by the service").waitFor();
    await hops.getByRole("listitem").filter({ hasText: "bad" }).getByText("not delivered:").waitFor();
    await site.checkAccess(page);
    await checkWidth(page);
    await site.picture(page, "channels-test-phone-dark");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByText("1 message given up in the last 24 hours").waitFor();
    await equalsSoon(async () => (await site.daemon.get("/api/v1/status")).delivery.dead, 1);
    await page.reload();
    await page.getByTitle(/^Messages about alerts: /).waitFor();
    await checkWidth(page);
  });

  test("who may only look is told so", async () => {
    const page = await site.signIn("viewer", { path: "/settings/channels" });
    await page.getByRole("heading", { name: "You may not see channels" }).waitFor();
    const parts = page.getByRole("navigation", { name: "Settings" });
    await parts.getByRole("link").first().waitFor(); // they come together
    await equalsSoon(() => parts.getByRole("link", { name: "Channels" }).count(), 0);
  });
});
