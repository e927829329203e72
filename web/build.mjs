// Bundles the UI: node build.mjs OUT. Leaves hashed files, compressed and plain, and embedded.cc in
// OUT, prints what a visitor loads, and fails when that is more than the budget.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as esbuild from "esbuild";
import { embeddedSource, gzip } from "./embed.mjs";
import { makeTypes } from "./openapi_types.mjs";

const FIRST_LOAD = 48 * 1024; // gzip bytes of script and style before the first view stands
const EVERYTHING = 110 * 1024;

const root = new URL(".", import.meta.url).pathname;
const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");

function writeTypes() {
  const file = join(root, "generated/schema.ts");
  mkdirSync(join(root, "generated"), { recursive: true });
  const text = makeTypes(JSON.parse(readFileSync(join(root, "openapi.json"), "utf8")));
  let known = "";
  try { known = readFileSync(file, "utf8"); } catch { /* not made yet */ }
  if (known !== text) writeFileSync(file, text);
}

const shared = {
  absWorkingDir: root, bundle: true, minify: true, write: false, format: "esm", target: "es2021",
  jsx: "automatic", jsxImportSource: "preact", outdir: join(out, "assets"), outbase: "src",
  legalComments: "none", metafile: true, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]", logLevel: "warning",
};

// The names of the workers' files are known only when they are made, and the page has to know them.
async function bundle() {
  const worker = async (name) => (await esbuild.build({ ...shared, format: "iife", entryPoints: [`src/state/${name}.ts`] })).outputFiles[0];
  const workers = { LIVE_WORKER: await worker("live_worker"), LAYOUT_WORKER: await worker("layout_worker") };
  const page = await esbuild.build({
    ...shared, splitting: true, entryPoints: ["src/main.tsx"],
    define: Object.fromEntries(Object.entries(workers).map(([name, file]) => [name, JSON.stringify(`/assets/${basename(file.path)}`)])),
  });
  return { files: [...Object.values(workers), ...page.outputFiles], meta: page.metafile };
}

// What the page loads before anything is clicked: the entry, its style, and what they import.
function firstLoad(meta) {
  const entry = Object.keys(meta.outputs).find((name) => meta.outputs[name].entryPoint === "src/main.tsx");
  const seen = new Set([entry]);
  if (meta.outputs[entry].cssBundle) seen.add(meta.outputs[entry].cssBundle);
  for (const name of seen) {
    for (const used of meta.outputs[name].imports) if (used.kind === "import-statement") seen.add(used.path);
  }
  return { entry: basename(entry), names: new Set([...seen].map((name) => basename(name))) };
}

function pageText(entry, names) {
  const page = readFileSync(join(root, "src/index.html"), "utf8");
  const style = [...names].find((name) => name.endsWith(".css"));
  const preload = [...names].filter((name) => name.endsWith(".js") && name !== entry)
    .map((name) => `<link rel="modulepreload" href="/assets/${name}">\n`).join("");
  return page.replace("<!-- style -->", `<link rel="stylesheet" href="/assets/${style}">`)
    .replace("<!-- script -->", `${preload}<script type="module" src="/assets/${entry}"></script>`);
}

function place(path, bytes) {
  const plain = join(out, path);
  const packed = gzip(bytes);
  writeFileSync(plain, bytes);
  writeFileSync(`${plain}.gz`, packed);
  return { path, bytes, plain, gzipped: `${plain}.gz`, gzippedSize: packed.length };
}

function report(files, names) {
  const loaded = files.filter((file) => file.path.startsWith("/assets/"));
  const sum = (list) => list.reduce((bytes, file) => bytes + file.gzippedSize, 0);
  const first = sum(loaded.filter((file) => names.has(basename(file.path))));
  const all = sum(loaded);
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  const lines = loaded.map((file) => `${names.has(basename(file.path)) ? "*" : " "} ${kib(file.gzippedSize).padStart(9)}  ${basename(file.path)}`);
  lines.push(`web UI, gzip: first load (*) ${kib(first)} of ${kib(FIRST_LOAD)}, all ${kib(all)} of ${kib(EVERYTHING)}`);
  writeFileSync(join(out, "sizes.txt"), lines.join("\n") + "\n");
  console.log(lines.at(-1));
  if (first > FIRST_LOAD || all > EVERYTHING) throw new Error(`over budget:\n${lines.join("\n")}`);
}

writeTypes();
const { files, meta } = await bundle();
rmSync(join(out, "assets"), { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });
const { entry, names } = firstLoad(meta);
const placed = files.map((file) => place(`/assets/${basename(file.path)}`, file.contents));
for (const name of ["favicon.svg", "manifest.webmanifest"]) {
  placed.push(place(`/${name}`, readFileSync(join(root, "src", name))));
}
placed.push(place("/index.html", Buffer.from(pageText(entry, names))));
report(placed, names);
writeFileSync(join(out, "embedded.cc"), embeddedSource(placed));
