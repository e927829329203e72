#include "worker/task_environment.h"

#include <algorithm>
#include <cstdlib>

namespace tidemill {
namespace {

void add_paths(message::Variables& out, const TaskPaths& paths) {
  const auto add = [&](const char* name, std::string_view file) {
    out.emplace_back(name, paths.workspace + std::string(file));
  };
  add("TIDEMILL_OUTPUT", "/output");
  add("TIDEMILL_METRICS", "/metrics");
  add("TIDEMILL_CHECKS", "/checks");
  add("TIDEMILL_SUMMARY", "/summary");
  add("TIDEMILL_PROGRESS", "/progress");
  add("TIDEMILL_CONTEXT", "/context.json");
  add("TIDEMILL_IN", "/in");
  add("TIDEMILL_OUT", "/out");
  out.emplace_back("TIDEMILL_CHECKPOINT", paths.checkpoint);
  if (paths.resume) out.emplace_back("TIDEMILL_RESUME", "1");
}

}  // namespace

// What describes the host, and the way out of it; everything else of our own environment stays
// ours.
message::Variables host_environment() {
  message::Variables out;
  for (const char* name :
       {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR", "http_proxy",
        "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) out.emplace_back(name, value);
  }
  if (std::getenv("PATH") == nullptr) out.emplace_back("PATH", "/usr/local/bin:/usr/bin:/bin");
  return out;
}

message::Variables make_environment(const message::Start& start, const TaskPaths& paths,
                                    const message::Variables& host) {
  message::Variables out = host;
  out.reserve(host.size() + start.env.size() + start.secrets.size() + 10);
  out.insert(out.end(), start.env.begin(), start.env.end());
  out.insert(out.end(), start.secrets.begin(), start.secrets.end());
  add_paths(out, paths);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i + 1 < out.size() && out[i + 1].first == out[i].first) continue;
    if (kept != i) out[kept] = std::move(out[i]);
    ++kept;
  }
  out.resize(kept);
  return out;
}

}  // namespace tidemill
