// Nothing jumps while a page loads, whatever comes first: every answer of the API is held back for another while.
import { assert, equalsSoon, PHONE, poll, site, test, WIDE } from "./fixture.mjs";

const DAGS = {
  hello: "description: Says hello.\nschedule: '0 0 1 1 *'\ntasks: {greet: {run: echo hello}}\n",
  broken: "tasks: {fall: {run: 'echo no; exit 3'}}\n",
  long: "tasks: {sleep: {run: sleep 600}}\n",
};
const MOST = 0.02; // the sum that browsers report; 0.1 is what they call good
const HELD_MS = [120, 0, 240, 60, 180];
const NARROW = { width: 320, height: 640 };

const watchShifts = () => {
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      globalThis.shifts.push({ value: entry.value, what: entry.sources.map(({ node, previousRect, currentRect }) =>
        `${node?.nodeName}.${node?.className ?? ""} from ${previousRect.x},${previousRect.y} to ${currentRect.x},${currentRect.y}`) });
    }
  }).observe({ type: "layout-shift", buffered: true });
};

site("while pages load", { dags: DAGS }, (site) => {
  const views = [
    ["/", (page) => page.getByRole("table", { name: "Latest runs" })],
    ["/welcome", (page) => page.getByRole("heading", { name: "Then" })],
    ["/dags", (page) => page.getByRole("table", { name: "Dags" })],
    ["/dags/hello", (page) => page.getByRole("grid")],
    ["/runs", (page) => page.getByRole("table", { name: "Runs" })],
    ["/runs/2/tasks/fall", (page) => page.getByRole("log")],
    ["/alerts", (page) => page.getByRole("link", { name: /broken/ }).first()],
    ["/alerts/1", (page) => page.getByRole("heading", { name: "What happened" })],
    ["/workers", (page) => page.getByRole("heading", { name: "Pools" })],
    ["/on-call", (page) => page.getByRole("heading", { name: "On call" })],
    ["/settings/account", (page) => page.getByRole("heading", { name: "You", exact: true }).first()],
  ];

  for (const [name, viewport] of [["wide", WIDE], ["phone", PHONE], ["narrow", NARROW]]) {
    test(`${name}: no view jumps`, async () => {
      if (name === "wide") {
        await site.daemon.runToEnd("hello");
        await site.daemon.runToEnd("broken");
        await site.daemon.waitRun(await site.daemon.trigger("long"), ["running"]);
        // What comes while one looks may move what is there; here all of it has come.
        await equalsSoon(async () => (await site.daemon.get("/api/v1/alerts")).alerts.length, 1);
      }
      const page = await site.signIn("admin", { viewport, path: "/audit" });
      await page.addInitScript(watchShifts);
      let count = 0;
      const open = new Set();
      await page.route(/\/api\/v1\/(?!events|session)/, async (route) => {
        open.add(route.request());
        const held = HELD_MS[count++ % HELD_MS.length];
        await new Promise((done) => setTimeout(done, held));
        await route.fallback().catch(() => {}); // the page has gone on meanwhile
      });
      const ended = (request) => open.delete(request);
      page.on("requestfinished", ended);
      page.on("requestfailed", ended);
      // What has come is drawn, and has asked for what it needs, after two frames.
      const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      for (const [path, ready] of views) {
        open.clear();
        await page.goto(path);
        await ready(page).waitFor();
        await poll(async () => {
          const before = count;
          await drawn();
          return open.size === 0 && before === count;
        }, `${path} to have loaded`);
        const shifts = await page.evaluate(() => globalThis.shifts);
        const sum = shifts.reduce((all, shift) => all + shift.value, 0);
        assert.ok(sum < MOST, `${path}: ${sum.toFixed(4)} ${JSON.stringify(shifts.sort((a, b) => b.value - a.value).slice(0, 4))}`);
      }
      await page.unrouteAll({ behavior: "ignoreErrors" });
    });
  }
});
