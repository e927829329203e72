// The checks of the UI: node check.mjs types | model
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { makeTypes } from "./openapi_types.mjs";

const root = new URL(".", import.meta.url).pathname;

function run(...words) {
  const { status, error } = spawnSync(process.execPath, words, { stdio: "inherit", cwd: root });
  if (error) throw error;
  process.exitCode ||= status ?? 1;
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]);
}

// Every cast and every `any` is a place where the compiler is told to look away.
function houseRules() {
  for (const file of sources(join(root, "src"))) {
    if (!/\.tsx?$/.test(file)) continue;
    const lines = readFileSync(file, "utf8").split("\n");
    const said = [];
    if (/\/views\//.test(file) && lines.length > 201) said.push(`${lines.length - 1} lines; a view has at most 200`);
    lines.forEach((line, i) => {
      const code = line.replace(/\/\/.*/, "");
      if (/\bany\b/.test(code.replace(/(["'`]).*?\1/g, "")) && /[:<|]\s*any\b/.test(code)) said.push(`${i + 1}: any`);
      if (/@ts-|dangerouslySetInnerHTML|innerHTML|eslint-disable/.test(line)) said.push(`${i + 1}: ${line.trim()}`);
    });
    for (const what of said) {
      console.error(`${file.slice(root.length)}:${what}`);
      process.exitCode = 1;
    }
  }
}

function types() {
  mkdirSync(join(root, "generated"), { recursive: true });
  writeFileSync(join(root, "generated/schema.ts"), makeTypes(JSON.parse(readFileSync(join(root, "openapi.json"), "utf8"))));
  houseRules();
  run("node_modules/typescript/bin/tsc", "--project", "tsconfig.json");
}

async function model() {
  const tests = sources(join(root, "src")).filter((file) => /\.test\.tsx?$/.test(file));
  if (tests.length === 0) throw new Error("no tests found");
  const out = mkdtempSync(join(tmpdir(), "tidemill-web-"));
  try {
    await esbuild.build({ absWorkingDir: root, entryPoints: tests, outdir: out, outbase: join(root, "src"), bundle: true,
      platform: "node", format: "esm", outExtension: { ".js": ".mjs" }, sourcemap: "inline", target: "node18", logLevel: "warning" });
    run("--enable-source-maps", "--test", ...tests.map((file) => join(out, file.slice(join(root, "src/").length).replace(/\.tsx?$/, ".mjs"))));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

await { types, model }[process.argv[2]]();
