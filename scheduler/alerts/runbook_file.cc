#include "scheduler/alerts/runbook_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/fd.h"
#include "base/text.h"
#include "core/alert/runbook.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 1u << 20;

bool is_address(const std::string& named) {
  return named.starts_with("https://") || named.starts_with("http://");
}

Result<std::string> path_inside(const std::string& folder, const std::string& named) {
  std::error_code failed;
  const fs::path root = fs::canonical(folder, failed);
  if (failed) return unavailable("the DAG's folder is gone");
  const fs::path path = fs::canonical(root / named, failed);
  if (failed) return not_found("there is no such file in the DAG's folder");
  const auto [at_root, at_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  if (at_root != root.end()) return invalid("it is outside of the DAG's folder");
  return path.string();
}

}  // namespace

StoryRunbook read_runbook(const std::string& folder, const std::string& named,
                          const AlertKey& key) {
  StoryRunbook runbook;
  if (named.empty()) return runbook;
  if (is_address(named)) {
    runbook.url = named;
    return runbook;
  }
  const auto path = path_inside(folder, named);
  const auto text = path.ok() ? read_file(*path, kLargestFile) : Result<std::string>(path.error());
  if (!text.ok()) {
    runbook.problem = fmt::format("the runbook {} cannot be read: {}", printable(named, 200),
                                  text.error().message);
    return runbook;
  }
  const std::string_view part = runbook_for(*text, key);
  const std::string_view shown = cut_text(part, kRunbookBytes);
  runbook.cut = shown.size() < part.size();
  runbook.text = shown;
  return runbook;
}

}  // namespace tidemill
