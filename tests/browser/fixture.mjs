// A browser and a daemon for the tests of this folder:
//
//   site("what it is about", { dags: { hello: "tasks: ..." } }, (site) => {
//     test("what must hold", async () => {
//       const page = await site.signIn("operator");
//       ...
//     });
//   });
//
// Chromium is Debian's. Nothing in it asks anybody but the daemon. Wait for conditions (page.getByRole(...).waitFor(),
// equalsSoon(() => rows.count(), 2)), never for time, and never look once at what may still come: `count()`,
// `textContent()`, `inputValue()`, `page.evaluate()` and an answer of the daemon are one look. That something is *not*
// there is asked when what comes with it is there.
//
// Tests that depend on luck are found by slowness (`make shake`), set by the environment:
//   TIDEMILL_LAG_MS=800      each answer of the API to a page comes up to 800 ms late, each by another time, and so do events
//   TIDEMILL_LAG_SEED=7      by which times; printed, 1 when it is not set
//   TIDEMILL_CPU_RATE=4      pages compute four times more slowly
import { after, afterEach, before, describe } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Daemon } from "./daemon.mjs";
import { shake } from "./shake.mjs";
import { DEADLINE_MS, equalsSoon, soon } from "./waiting.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;

export { after, default as test } from "node:test";
export { assert };
export { equalsSoon, poll, soon } from "./waiting.mjs";

const PASSWORD = "correct horse battery staple";
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-quic", "--no-first-run"];

const chromiumPath = () => execFileSync("/bin/sh", ["-c", "command -v chromium || command -v chromium-browser"], { encoding: "utf8" }).trim();

export const PHONE = { width: 390, height: 844 };
export const WIDE = { width: 1440, height: 900 };

// What is said in passing is gone after some seconds: it is written down as it is said.
function hearToasts() {
  globalThis.heard = [];
  new MutationObserver(() => {
    for (const toast of document.querySelectorAll(".toasts .text")) if (!globalThis.heard.includes(toast.textContent)) globalThis.heard.push(toast.textContent);
  }).observe(document, { childList: true, subtree: true });
}

// A page that hears of nothing that happens loads again only what it is told to.
function stopEvents() {
  delete globalThis.SharedWorker;
  delete globalThis.BroadcastChannel;
  globalThis.EventSource = class { addEventListener() {} close() {} };
}

export class Site {
  contexts = [];

  async open(options) {
    this.daemon = await Daemon.start(options.dags, options.alerts, options);
    this.browser = await chromium.launch({ executablePath: chromiumPath(), args: ARGS, timeout: DEADLINE_MS });
    this.users = new Set();
    this.troubles = [];
  }

  async close() {
    await this.closePages();
    await this.browser?.close();
    await this.daemon?.close();
  }

  // A page of a browser that nobody has used: {viewport, colorScheme, reducedMotion, ...} of playwright. `deaf`: it hears
  // no events, and shows what it has loaded until somebody asks for more.
  async page({ deaf = false, ...options } = {}) {
    const context = await this.browser.newContext({ baseURL: this.daemon.url, viewport: WIDE, locale: "en-GB", ...options });
    context.setDefaultTimeout(DEADLINE_MS);
    this.contexts.push(context);
    context.on("close", () => { this.contexts = this.contexts.filter((one) => one !== context); });
    await shake(context);
    await context.addInitScript(hearToasts);
    if (deaf) await context.addInitScript(stopEvents);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.troubles.push(`${page.url()}: ${error.stack ?? error}`));
    page.on("console", (message) => {
      // A refused request is the test's to look at; a broken policy never is.
      if (/Content Security Policy|Refused to/.test(message.text())) this.troubles.push(`${page.url()}: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(this.daemon.url) && !request.url().startsWith("data:")) this.troubles.push(`a request left: ${request.url()}`);
    });
    return page;
  }

  async closePages() {
    for (const context of this.contexts.splice(0)) {
      // What is under way is nobody's any more.
      for (const one of [context, ...context.pages()]) await one.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
    }
  }

  // A user of this role, named like it; the name admin is taken by the first start.
  async user(role) {
    const user = role === "admin" ? "chief" : role;
    if (!this.users.has(user)) await this.daemon.post("/api/v1/users", { user, role, password: PASSWORD, must_change_password: false });
    this.users.add(user);
    return { user, password: PASSWORD };
  }

  // A page that shows `path`, of somebody who is signed in with this role.
  async signIn(role = "admin", { path = "/", ...options } = {}) {
    const { user } = await this.user(role);
    const page = await this.page(options);
    const answer = await page.request.post("/api/v1/session", { data: { user, password: PASSWORD }, headers: { Origin: this.daemon.url } });
    assert.equal(answer.status(), 200, await answer.text());
    await page.goto(path);
    await page.locator(".nav").waitFor();
    return page;
  }

  // Until a message in passing with these words was shown, be it gone or not.
  heard(page, words) {
    return soon(async () => assert.match((await page.evaluate(() => globalThis.heard)).join("\n"), words));
  }

  // Fails on findings of axe that are serious or critical. What just fades in has no contrast yet.
  async checkAccess(page) {
    await equalsSoon(() => page.evaluate(() => document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity && one.playState === "running").length), 0);
    // As a script of the page it would break the policy that is tested here.
    await page.evaluate(axeSource);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
      .map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 4).map((node) => node.html).join(" | ")}`);
    assert.deepEqual(serious, [], page.url());
  }

  // A picture for people to look at, when TIDEMILL_SCREENSHOTS names a folder.
  async picture(page, name) {
    const folder = process.env.TIDEMILL_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

// Pages are closed after each test, so that none is slower for those before it; `oneWalk`: each goes on with the page of
// the one before.
export function site(title, options, tests) {
  describe(title, () => {
    const one = new Site();
    before(() => one.open(options));
    if (!options.oneWalk) afterEach(() => one.closePages());
    after(async () => {
      await one.close();
      assert.deepEqual(one.troubles, []);
    });
    tests(one);
  });
}

// No content may be wider than the window.
export async function checkWidth(page) {
  await soon(async () => {
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(content <= window, `${page.url()} is ${content} px wide in a window of ${window} px`);
  });
}
