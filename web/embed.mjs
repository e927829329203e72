// Writes the C++ source that holds the files of a bundle inside the binary. The bytes are taken in
// by the assembler (.incbin), which costs the compiler nothing.
import { createHash } from "node:crypto";
import { extname } from "node:path";
import { constants, gzipSync } from "node:zlib";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

export const gzip = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
export const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

// `files`: [{path: "/assets/a.js", bytes, plain: "/where/a.js", gzipped: "/where/a.js.gz"}]
export function embeddedSource(files) {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const quoted = (text) => JSON.stringify(text);
  const included = (name, file) => `    ".globl ${name}\\n${name}:\\n.incbin \\"${file}\\"\\n"`;
  const blocks = sorted.map((file, i) => [
    included(`tidemill_web_${i}`, file.plain), included(`tidemill_web_${i}_gz`, file.gzipped)].join("\n"));
  const names = sorted.flatMap((_, i) => [`tidemill_web_${i}[]`, `tidemill_web_${i}_gz[]`]);
  const rows = sorted.map((file, i) => {
    const type = types[extname(file.path)];
    if (!type) throw new Error(`embed.mjs: no content type for ${file.path}`);
    return `      WebFile{${quoted(file.path)}, ${quoted(type)}, "${hashOf(file.bytes)}", ` +
      `${file.path.startsWith("/assets/")},\n              {tidemill_web_${i}, ${file.bytes.length}}, ` +
      `{tidemill_web_${i}_gz, ${file.gzippedSize}}}`;
  });
  return `// Made by web/build.mjs.
#include "web/embedded.h"

#include <array>

asm(".section .rodata\\n"
${blocks.join("\n")}
    ".text\\n");

extern "C" {
extern const char ${names.join(",\n    ")};
}

namespace tidemill {

std::span<const WebFile> web_files() {
  static const std::array<WebFile, ${sorted.length}> kFiles = {
${rows.join(",\n")}};
  return kFiles;
}

}  // namespace tidemill
`;
}
