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

// What this page asks for, and has no whole answer to yet. Counted inside, where nothing of the page before is left.
const countAsked = () => {
  globalThis.asked = { all: 0, open: 0 };
  const real = globalThis.fetch;
  globalThis.fetch = async (...what) => {
    globalThis.asked.all++;
    globalThis.asked.open++;
    try {
      const answer = await real(...what);
      await answer.clone().arrayBuffer();
      return answer;
    } finally {
      globalThis.asked.open--;
    }
  };
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
      await page.addInitScript(countAsked);
      let count = 0;
      await page.route(/\/api\/v1\/(?!events|session)/, async (route) => {
        const held = HELD_MS[count++ % HELD_MS.length];
        await new Promise((done) => setTimeout(done, held));
        await route.fallback().catch(() => {}); // the page has gone on meanwhile
      });
      // What has come is drawn, and has asked for what it needs, after some frames.
      const isLoaded = () => page.evaluate(async () => {
        const before = globalThis.asked.all;
        for (let frames = 0; frames < 4; frames++) await new Promise(requestAnimationFrame);
        return globalThis.asked.open === 0 && globalThis.asked.all === before;
      });
      for (const [path, ready] of views) {
        await page.goto(path);
        await ready(page).waitFor();
        await poll(isLoaded, `${path} to have loaded`);
        const shifts = await page.evaluate(() => globalThis.shifts);
        const sum = shifts.reduce((all, shift) => all + shift.value, 0);
        assert.ok(sum < MOST, `${path}: ${sum.toFixed(4)} ${JSON.stringify(shifts.sort((a, b) => b.value - a.value).slice(0, 4))}`);
      }
      await page.unrouteAll({ behavior: "ignoreErrors" });
    });
  }
});
