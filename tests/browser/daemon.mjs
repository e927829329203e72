// A real `tidemill up` for the browser tests, with folders of its own. Like api_fixture.py, its
// administrator asks over the Unix socket, without a password.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, openSync, closeSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { poll, wait } from "./waiting.mjs";

// Made whole at once: the daemon is started in a folder of its own.
const BINARY = resolve(process.env.TIDEMILL_BINARY ?? fileURLToPath(new URL("../../build/release/tidemill", import.meta.url)));

// The processes that name the folder on their command line (agent, supervisor), or in their
// environment (tasks).
function processesOf(folder) {
  const found = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, "latin1") + readFileSync(`/proc/${entry}/environ`, "latin1");
      if (words.includes(folder)) found.push(Number(entry));
    } catch { /* it ended meanwhile, or is somebody else's */ }
  }
  return found;
}

export class Daemon {
  // `alerts`: the text of a file of alerts. `copy`: a folder of dags to begin with, `without` one. `terminal`: as if somebody had
  // started it by hand, who is shown a link to sign in.
  static async start(dags = {}, alerts = "", { copy = "", without = "", terminal = false } = {}) {
    const daemon = new Daemon();
    daemon.folder = mkdtempSync(join(tmpdir(), "tidemill-browser-"));
    daemon.data = join(daemon.folder, "data");
    daemon.dags = join(daemon.folder, "dags");
    mkdirSync(daemon.dags);
    daemon.terminal = terminal;
    if (copy) cpSync(copy, daemon.dags, { recursive: true });
    if (without) rmSync(join(daemon.dags, without), { recursive: true });
    for (const [name, text] of Object.entries(dags)) daemon.dag(name, text);
    if (alerts) {
      const file = join(daemon.folder, "alerts.yaml");
      daemon.more = ["--alerts", file, "--allow-private-network", "127.0.0.0/8"]; // where the tests listen
      writeFileSync(file, alerts);
    }
    try {
      await daemon.up();
    } catch (error) {
      await daemon.close();
      throw error;
    }
    return daemon;
  }

  // The same data and port again after end(), so that pages find it where it was. Meanwhile somebody's
  // connection may have been given that port; it is asked for until it is free.
  async again() {
    const { port } = this;
    await poll(() => this.up(port).then(() => true, (error) => {
      if (!/in use/.test(String(error))) throw error;
      return false;
    }), `port ${port} to be free`);
  }

  async up(port = 0) {
    const log = join(this.folder, "log");
    const file = openSync(log, "w");
    const words = [BINARY, "up", "--dags", this.dags, "--data-dir", this.data, "--listen", `127.0.0.1:${port}`, "--slots", "4", ...(this.more ?? [])];
    // script(1) gives it a terminal for as long as its own input is open.
    const [program, ...args] = this.terminal ? ["script", "-qefc", words.map((word) => `'${word}'`).join(" "), "/dev/null"] : words;
    this.process = spawn(program, args, { cwd: this.folder, stdio: [this.terminal ? "pipe" : "ignore", file, file], env: { ...process.env, NO_COLOR: "1" } });
    closeSync(file);
    const ended = new Promise((done) => this.process.once("exit", done));
    this.ended = ended;
    const ready = await poll(() => {
      const text = readFileSync(log, "utf8");
      if (this.process.exitCode !== null || this.process.signalCode !== null) throw new Error(`the daemon ended: ${text}`);
      return /is ready at (http:\/\/127\.0\.0\.1:(\d+))/.exec(text);
    }, "the daemon to be ready");
    [, this.url, this.port] = ready;
    if (this.terminal) this.link = await poll(() => /Sign in once[^\n]*?(http:\S+)/.exec(readFileSync(log, "utf8"))?.[1], "the link to sign in");
    await poll(async () => (await this.get("/api/v1/status")).workers_connected > 0, "the worker to connect");
  }

  dag(name, text) {
    writeFileSync(join(this.dags, `${name}.yaml`), `version: 1\nname: ${name}\n${text}`);
  }

  async ask(method, path, body) {
    return new Promise((done, failed) => {
      // A connection of its own: one that is kept may be closed by the server in the moment it is used again.
      const ask = request({ socketPath: join(this.data, "run/api.sock"), agent: false, method, path, headers: body === undefined ? {} : { "Content-Type": "application/json" } },
        (answer) => {
          const pieces = [];
          answer.on("data", (piece) => pieces.push(piece));
          answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(pieces).toString() }));
          answer.on("error", failed);
        });
      ask.on("error", failed);
      ask.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async expect(method, path, body) {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }

  get(path) { return this.expect("GET", path); }
  post(path, body = {}) { return this.expect("POST", path, body); }

  async trigger(dag, params = {}) { return (await this.post(`/api/v1/dags/${dag}/runs`, { params })).run; }
  waitRun(run, states = ["succeeded", "partial", "failed", "cancelled"]) {
    return poll(async () => {
      const now = await this.get(`/api/v1/runs/${run}`);
      return states.includes(now.state) && now;
    }, `run ${run} to be one of ${states}`);
  }

  async runToEnd(dag, params = {}) { return this.waitRun(await this.trigger(dag, params)); }

  // Ends the scheduler alone; tasks go on.
  async end(signal = "SIGTERM") {
    this.process.kill(signal);
    await this.ended;
  }

  async close() {
    if (this.process?.exitCode === null && this.process.signalCode === null) await this.end("SIGKILL");
    // A process that is just being started shows no command line yet: several looks find nobody.
    for (let quiet = 0; quiet < 3;) {
      const found = processesOf(this.folder);
      quiet = found.length > 0 ? 0 : quiet + 1;
      for (const pid of found) {
        try { process.kill(pid, "SIGKILL"); } catch { /* it has ended */ }
      }
      await wait(20);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
