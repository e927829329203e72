// What tasks and people write is text, wherever it is shown: markup, escapes of terminals, forged lines, forged events.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, equalsSoon, poll, site, soon, test } from "./fixture.mjs";

const MARKUP = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>";
const ADDRESS = encodeURIComponent("<img src=x onerror=document.title='owned'>");
const EVENT = "x\n\nevent: run\ndata: {\"run\": 999999, \"state\": \"failed\"}\n\n";
// As bytes, for not all of it is text.
const LOG = Buffer.concat([
  "[INFO] scheduler: run succeeded\n", // looks like ours
  "2026-01-01T00:00:00.000000000Z tidemill F exit: exit code 0\n", // a whole line of the log's own format
  "::set-output name=rows::1\n", // a command of others
  `${MARKUP}\n`, "</pre></div><b id=escaped>out</b>\n", "javascript:alert(1)\n",
  "\u001b]0;owned\u0007title \u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007 \u001b[2J\u001b[31mred\u001b[0m\n",
  "half\rdone\b\b \u202eexe.txt \u2066iso\n", `${EVENT}\n`, Buffer.from([0x62, 0x61, 0x64, 0xff, 0xfe, 0x00, 0x21, 0x0a]),
  `${"long".repeat(500_000)}end\n`, "the last line\n",
].map((part) => Buffer.from(part)));

const DAGS = {
  evil: `description: ${JSON.stringify(MARKUP)}\nparams: {note: {type: string, default: plain, description: ${JSON.stringify(MARKUP)}}}\nalerts: {on: [failure], severity: critical}\n`
    + `tasks: {fall: {description: ${JSON.stringify(MARKUP)}, run: 'cat evil.txt; cat evil.txt >&2; exit 3'}}\n`,
};

site("texts of others", { dags: DAGS }, (site) => {
  let run = 0;
  const begun = async () => {
    if (run > 0) return;
    writeFileSync(join(site.daemon.dags, "evil.txt"), LOG);
    ({ run } = await site.daemon.runToEnd("evil", { note: MARKUP }));
    await poll(async () => (await site.daemon.get("/api/v1/alerts?dag=evil")).alerts[0], "the alert");
  };

  test("a log: forged lines are not ours, escapes do nothing, and no byte is lost without a sign", async () => {
    await begun();
    const page = await site.signIn("viewer", { path: `/runs/${run}/tasks/fall` });
    const log = page.getByRole("log");
    await log.getByText("the last line").first().waitFor();
    const search = page.getByRole("searchbox").first();
    await search.waitFor();
    // What the scheduler says stands in lines of its own kind, whatever a task writes.
    await page.goto(`/runs/${run}/tasks/fall?at=0`);
    await log.getByText("[INFO] scheduler: run succeeded").first().waitFor();
    await soon(async () => {
      const rows = await log.locator(".log-row").evaluateAll((list) => list.map((row) => ({ own: row.classList.contains("own"), text: row.textContent })));
      const forged = rows.filter((row) => /scheduler: run succeeded|2026-01-01T00:00:00\.0+Z tidemill F/.test(row.text));
      assert.ok(forged.length >= 2, JSON.stringify(rows.slice(0, 12)));
      assert.ok(forged.every((row) => !row.own), JSON.stringify(forged));
      const text = rows.map((row) => row.text).join("\n");
      assert.ok(text.includes(MARKUP) && text.includes("</pre></div><b id=escaped>"), text.slice(0, 2000));
      assert.match(text, /bad\ufffd\ufffd/);
      assert.match(text, /\[U\+202E\]exe\.txt/);
      assert.doesNotMatch(text, /\u001b|\u0007|\u202e|\u2066/);
    });
    // The lines are there, as text.
    assert.equal(await page.locator("#escaped, .page img, .page script, .page a[href^=javascript]").count(), 0);
    assert.doesNotMatch(await page.title(), /owned/);
  });

  test("every view that shows them shows text", async () => {
    await begun();
    const page = await site.signIn("viewer");
    let dialogs = 0;
    page.on("dialog", (dialog) => { dialogs++; void dialog.dismiss(); });
    const alert = (await site.daemon.get("/api/v1/alerts?dag=evil")).alerts[0].alert;
    const views = [["/", /evil/], ["/welcome", /<img src=x/], ["/dags", /evil/], ["/dags/evil", /evil/], ["/dags/evil?tab=trigger", /<img src=x/], ["/dags/evil?tab=versions", /version/i],
      [`/runs/${run}`, /fall/], [`/runs/${run}?tab=params`, /<img src=x/], [`/runs/${run}?tab=history`, /fall/], [`/runs/${run}/tasks/fall?tab=definition`, /<img src=x/],
      ["/alerts", /fall of evil/], [`/alerts/${alert}`, /the last line/], ["/on-call?tab=reports", /evil/],
      [`/runs/${ADDRESS}`, /Not found|Cannot show|There is nothing/], [`/dags/${ADDRESS}`, /Not found|Cannot show|There is nothing/],
      [`/${ADDRESS}`, /There is nothing here/], [`/runs?state=${ADDRESS}`, /Cannot show|No run/], [`/dags?q=${ADDRESS}`, /No dag/]];
    for (const [path, words] of views) {
      await page.goto(path);
      await page.locator("main").getByText(words).first().waitFor();
      await equalsSoon(() => page.locator(".skeleton").count(), 0, `${path} to be loaded`);
      assert.equal(await page.locator("#escaped, main img, main script, main a[href^=javascript]").count(), 0, path);
      assert.doesNotMatch(await page.title(), /='owned'.*<script>|^owned/, path);
    }
    assert.equal(dialogs, 0);
  });

  test("a text with line breaks is one event of the stream, not two", async () => {
    await begun();
    const page = await site.signIn("operator");
    const seen = page.evaluate(async () => {
      const answer = await fetch("/api/v1/events?topics=runs,dags");
      globalThis.opened = true;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ;) {
        const { value, done } = await reader.read();
        text += value ?? "";
        if (done || text.includes("999999")) { await reader.cancel(); return text; }
      }
    });
    await page.waitForFunction(() => globalThis.opened);
    const { run: rerun } = await site.daemon.post(`/api/v1/runs/${run}/rerun`, { params: { note: EVENT } });
    await site.daemon.waitRun(rerun);
    await site.daemon.post("/api/v1/dags/evil/pause", { reason: EVENT });
    await site.daemon.post(`/api/v1/runs/${rerun}/cancel`, { reason: EVENT }).catch(() => {}); // it has ended
    const text = await seen;
    assert.doesNotMatch(text, /^data: \{"run": 999999/m);
  });
});
