#include "worker/collect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "core/contract.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxTextBytes = 1u << 20;
constexpr std::size_t kMaxLineBytes = 16u << 20;  // metrics and checks

std::string without_broken_utf8(std::string text) {
  while (const auto at = find_invalid_utf8(text)) text[*at] = '?';
  return text;
}

void mask(const MaskSet& masks, std::string& text) {
  if (!masks.empty()) text = masks.apply(text);
}

// The values that were read, not the file, in which a secret may be spelled in a way of its format.
void mask_result(const MaskSet& masks, TaskResult& result) {
  for (auto& [name, value] : result.outputs) mask(masks, value);
  for (Metric& metric : result.metrics) {
    mask(masks, metric.name);
    mask(masks, metric.slice);
  }
  for (CheckResult& check : result.checks) {
    for (std::string* text :
         {&check.check, &check.severity, &check.column, &check.expected, &check.actual}) {
      mask(masks, *text);
    }
  }
  mask(masks, result.summary);
}

// The core's own words where the task wrote nothing; else what was wrong with what it wrote.
std::string artifact_problem(const ArtifactSpec& spec, const Error& error) {
  if (error.code == ErrorCode::not_found) {
    return fmt::format("artifact {} is missing ({} was not written)", spec.name, spec.path);
  }
  return fmt::format("artifact {}: {}", spec.name, error.message);
}

}  // namespace

std::string read_task_file(const std::string& path, std::size_t max_bytes, Notes& notes) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return {};
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)) {
    notes.push_back(fmt::format("{} is no plain file and was not read", path));
    return {};
  }
  std::string content(std::min(static_cast<std::size_t>(st.st_size), max_bytes + 1), '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t n = ::read(fd.get(), content.data() + size, content.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  content.resize(std::min(size, max_bytes));
  if (size > max_bytes) {
    // The last line may be cut in two; it goes as well.
    content.resize(content.rfind('\n') + 1);
    notes.push_back(
        fmt::format("{} is larger than {}; the rest was left out", path, format_bytes(max_bytes)));
  }
  return content;
}

Collected collect_texts(const std::string& workspace, const AttemptNote& note,
                        const MaskSet& masks) {
  Collected collected;
  Notes& notes = collected.notes;
  if (note.has_secrets && masks.empty()) {
    notes.push_back(
        "its results were left out: the secrets that had to be hidden in them are not known any "
        "more");
    return collected;
  }
  const auto read = [&](const char* name, std::size_t max) {
    return read_task_file(workspace + "/" + name, max, notes);
  };
  TaskResult& result = collected.result;
  result.outputs = parse_outputs(read("output", kMaxTextBytes), note.outputs, notes);
  result.metrics = parse_metrics(read("metrics", kMaxLineBytes), notes);
  result.checks = parse_checks(read("checks", kMaxLineBytes), notes);
  result.summary = without_broken_utf8(read("summary", kMaxTextBytes));
  mask_result(masks, result);
  for (std::string& text : notes) mask(masks, text);
  return collected;
}

void collect_artifacts(const std::string& workspace, const AttemptNote& note, Objects& objects,
                       Collected& collected) {
  for (const ArtifactSpec& spec : note.artifacts) {
    auto artifact = objects.store(spec.name, workspace + "/out", spec.path);
    if (artifact.ok()) {
      collected.result.artifacts.push_back(std::move(artifact).value());
      continue;
    }
    collected.message += (collected.message.empty() ? "" : "; ") +
                         artifact_problem(spec, artifact.error());
  }
}

bool note_broken_promises(const AttemptNote& note, Collected& collected) {
  if (note.outputs.empty() && note.metrics.empty() && note.artifacts.empty() && note.expect.empty())
    return true;
  TaskSpec promises;
  promises.outputs = note.outputs;
  promises.metrics = note.metrics;
  promises.artifacts = note.artifacts;
  promises.expect = note.expect;
  const auto broken = broken_contract(promises, collected.result, collected.message);
  if (broken) collected.notes.push_back("contract: " + *broken);
  return !broken;
}

}  // namespace tidemill
