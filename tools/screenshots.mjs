#!/usr/bin/env node
// Pictures of every view of the web UI, in both themes and two sizes, into docs/screenshots, and the page that shows
// them. Starts a scheduler of its own on the examples and works with it, so that there is something to see.
//
//   tools/screenshots.mjs        with build/release/tidemill; takes about three minutes
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { poll, Site } from "../tests/browser/fixture.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "docs/screenshots");
const QUALITY = 55; // of WebP: letters stay sharp, and a picture is some 20 KB
const SIZES = [["wide", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]];
const THEMES = ["light", "dark"];

const service = createServer((request, answer) => { request.resume(); request.on("end", () => answer.writeHead(204).end()); });
await new Promise((done) => service.listen(0, "127.0.0.1", done));
const start = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 16).replace("T", " ");
const ALERTS = `channels:
  chat: {webhook: {url: "http://127.0.0.1:${service.address().port}/chat"}}
  pager: {webhook: {url: "http://127.0.0.1:${service.address().port}/pager"}, fallback: chat}
people:
  ann: {channels: pager}
  bob: {channels: pager}
rotations:
  primary:
    zone: UTC
    layers:
      - {start: ${start}, every: 7d, turns: [ann, bob]}
policies:
  ml_oncall: {steps: [{notify: [rotation.primary, channel.chat], wait: 10m}, {notify: channel.chat}]}
default: ml_oncall
`;
const NIGHTLY = `description: Builds the table of features that every model reads.
owner: data-team
tags: [features, nightly]
schedule: {cron: "30 2 * * *", timezone: Europe/Berlin}
deadline: {after: 3h}
tasks:
  extract: {run: echo "rows=41876" >> "$TIDEMILL_OUTPUT", outputs: [rows]}
  clean: {needs: [extract], run: sleep 0.2}
  join: {needs: [clean], run: sleep 0.1}
  publish: {needs: [join], run: 'true', publish: {dataset: features}}
`;
const TRAINING = `description: Trains on the features as soon as there are new ones.
owner: ml-team
tags: [training]
triggers: {dataset: features}
pools: {gpu: 1}
tasks:
  train_small: {run: sleep 1800, pool: gpu}
  train_large: {run: sleep 1800, pool: gpu}
  compare: {needs: [train_small, train_large], run: 'true'}
`;

const site = new Site();
async function work() {
  const { daemon } = site;
  daemon.dag("features", NIGHTLY);
  daemon.dag("training", TRAINING);
  await poll(async () => (await daemon.ask("GET", "/api/v1/dags/training")).status === 200, "the dags to be read");
  for (const partition of [-1, -1, 3, -1, -1]) await daemon.runToEnd("etl_fanout", { break_partition: partition });
  await daemon.runToEnd("features"); // starts training, which holds the pool
  const { version } = await daemon.get("/api/v1/dags/features");
  daemon.dag("features", NIGHTLY.replace("sleep 0.2", "sleep 0.3").replace("3h", "2h"));
  await poll(async () => (await daemon.get("/api/v1/dags/features")).version !== version, "the second version");
  const broken = await daemon.runToEnd("etl_fanout", { break_partition: 2 });
  const flaky = await daemon.runToEnd("unreliable", { flaky_failures: 9 });
  await daemon.trigger("sign_off", { ask: true });
  await poll(async () => (await daemon.get("/api/v1/approvals")).approvals.length > 0, "the question");
  const alertOf = (dag) => poll(async () => (await daemon.get(`/api/v1/alerts?dag=${dag}&state=open`)).alerts[0], `an alert of ${dag}`);
  const alert = await alertOf("etl_fanout");
  const taken = await alertOf("unreliable");
  await daemon.post(`/api/v1/alerts/${taken.alert}/acknowledge`, { comment: "the third party is down; they know" });
  await daemon.post("/api/v1/silences", { dag: "hello", reason: "moves to another machine", ends_at: new Date(Date.now() + 7_200_000).toISOString() });
  await daemon.expect("PUT", "/api/v1/secrets/slack_hook", { value: "not shown anywhere" });
  for (const role of ["viewer", "operator"]) await site.user(role);
  await poll(async () => (await daemon.get("/api/v1/channels")).channels.every((channel) => channel.state === "works"), "the messages to be taken");
  return { broken: broken.run, flaky: flaky.run, alert: alert.alert, before: (await daemon.get("/api/v1/runs?dag=etl_fanout&state=succeeded")).runs[0].run };
}

const click = (name) => async (page) => { await page.getByRole("button", { name, exact: true }).first().click(); await page.getByRole("dialog").waitFor(); };

// Name, title, address, and what is done before the picture.
const views = ({ broken, flaky, alert, before }) => [
  ["now", "Now", "/"], ["welcome", "Welcome", "/welcome"],
  ["dags", "DAGs", "/dags"], ["dag-grid", "A DAG: runs and tasks", "/dags/etl_fanout"], ["dag-graph", "A DAG: graph", "/dags/etl_fanout?tab=graph"],
  ["dag-calendar", "A DAG: calendar", "/dags/etl_fanout?tab=calendar"], ["dag-schedule", "A DAG: schedule", "/dags/features?tab=schedule"],
  ["dag-versions", "A DAG: versions", "/dags/features?tab=versions"], ["dag-trigger", "A DAG: trigger", "/dags/etl_fanout?tab=trigger"],
  ["runs", "Runs", "/runs"], ["run-timeline", "A run: timeline", `/runs/${flaky}`], ["run-graph", "A run: graph", `/runs/${broken}?tab=graph`],
  ["run-tasks", "A run: tasks", `/runs/${broken}?tab=tasks`], ["run-history", "A run: history", `/runs/${broken}?tab=history`],
  ["run-params", "A run: parameters", `/runs/${broken}?tab=params`], ["run-compare", "A run beside another", `/runs/${broken}?tab=compare&with=${before}`],
  ["run-again", "A run again, with what would change", `/runs/${broken}`, click("Run again")],
  ["run-retry", "What a retry would do", `/runs/${broken}`, click("Retry failed")],
  ["task-log", "A task: log", `/runs/${broken}/tasks/extract`], ["task-attempts", "A task: attempts", `/runs/${flaky}/tasks/flaky?tab=attempts`],
  ["task-results", "A task: results", `/runs/${broken}/tasks/extract?tab=results`],
  ["alerts", "Alerts", "/alerts"], ["alert", "An alert", `/alerts/${alert}`],
  ["on-call", "On call", "/on-call"], ["silences", "Silences", "/on-call?tab=silences"], ["reports", "Reports", "/on-call?tab=reports"],
  ["workers", "Workers and pools", "/workers"], ["approvals", "Approvals", "/approvals"], ["audit", "Audit", "/audit"],
  ["settings-account", "Settings: you", "/settings/account"], ["settings-tokens", "Settings: API tokens", "/settings/tokens"],
  ["settings-channels", "Settings: channels", "/settings/channels"], ["settings-users", "Settings: users", "/settings/users"],
  ["settings-secrets", "Settings: secrets", "/settings/secrets"],
  ["palette", "Go anywhere", "/", async (page) => { await page.keyboard.press("Control+k"); await page.getByRole("combobox").fill("feat"); await page.getByRole("option").first().waitFor(); }],
];

async function picture(page, name) {
  // Nothing is loading any more, and what has come is drawn.
  await poll(async () => (await page.getByRole("status", { name: "Loading" }).count()) === 0, `${name} to have loaded`);
  await page.waitForTimeout(400); // graphs are laid out beside the page
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  writeFileSync(join(OUT, `${name}.webp`), Buffer.from(data, "base64"));
  await session.detach();
}

async function take(list) {
  for (const [size, viewport] of SIZES) {
    for (const colorScheme of THEMES) {
      const stranger = await site.page({ viewport, colorScheme });
      await stranger.goto("/sign-in");
      await stranger.getByLabel("Password").waitFor();
      await picture(stranger, `sign-in-${size}-${colorScheme}`);
      await stranger.context().close();
      const page = await site.signIn("admin", { viewport, colorScheme, reducedMotion: "reduce" });
      for (const [name, , path, act] of list) {
        await page.goto(path);
        await page.locator("h1").waitFor();
        await page.getByTitle("Updates arrive as they happen").waitFor();
        if (act) await act(page);
        await picture(page, `${name}-${size}-${colorScheme}`);
      }
      await page.context().close();
    }
  }
}

function writePage(list) {
  const link = (name, size, theme) => `[${size}, ${theme}](screenshots/${name}-${size}-${theme}.webp)`;
  const part = ([name, title]) => `## ${title}\n\n![${title}](screenshots/${name}-wide-light.webp)\n\n${link(name, "wide", "dark")} · ${link(name, "phone", "light")} · ${link(name, "phone", "dark")}\n`;
  const text = `# The web UI in pictures\n\nEvery view, as \`make screenshots\` finds it on the examples; each also in the dark, and on a phone.\n\n${[...list, ["sign-in", "Sign in"]].map(part).join("\n")}`;
  writeFileSync(join(ROOT, "docs/screenshots.md"), text);
}

try {
  await site.open({ copy: join(ROOT, "dags"), alerts: ALERTS });
  const list = views(await work());
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  await take(list);
  writePage(list);
  const bytes = readdirSync(OUT).map((name) => statSync(join(OUT, name)).size);
  console.log(`${bytes.length} pictures, ${(bytes.reduce((sum, size) => sum + size, 0) / 1e6).toFixed(1)} MB in docs/screenshots`);
} finally {
  await site.close();
  service.closeAllConnections();
  service.close();
}
for (const trouble of site.troubles) console.error(trouble);
process.exitCode = site.troubles.length > 0 ? 1 : 0;
