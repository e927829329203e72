// The files of the web UI inside the binary, as web/build.mjs made them. Empty when the build was
// told to leave the UI out (-DTIDEMILL_WEB=OFF).
#pragma once

#include <span>
#include <string_view>

namespace tidemill {

struct WebFile {
  std::string_view path;  // "/assets/main-5XQ2K7.js"; the page itself is "/index.html"
  std::string_view content_type;
  std::string_view tag;   // of the content, for ETag: letters and digits
  bool immutable = true;  // the path names the content, so it may be kept for ever
  std::string_view plain;
  std::string_view gzipped;  // empty: not worth it
};

// Sorted by path.
std::span<const WebFile> web_files();

}  // namespace tidemill
