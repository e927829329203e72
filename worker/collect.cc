#include "worker/collect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxTextBytes = 1u << 20;
constexpr std::size_t kMaxLineBytes = 16u << 20;  // metrics and checks

std::string without_broken_utf8(std::string text) {
  while (const auto at = find_invalid_utf8(text)) text[*at] = '?';
  return text;
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
    notes.push_back(fmt::format("{} is larger than {}; the rest was left out", path, format_bytes(max_bytes)));
  }
  return content;
}

Collected collect_texts(const std::string& workspace, const AttemptNote& note) {
  Collected collected;
  Notes& notes = collected.notes;
  const auto read = [&](const char* name, std::size_t max) {
    return read_task_file(workspace + "/" + name, max, notes);
  };
  TaskResult& result = collected.result;
  result.outputs = parse_outputs(read("output", kMaxTextBytes), note.outputs, notes);
  result.metrics = parse_metrics(read("metrics", kMaxLineBytes), notes);
  result.checks = parse_checks(read("checks", kMaxLineBytes), notes);
  result.summary = without_broken_utf8(read("summary", kMaxTextBytes));
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
    const std::string reason = fmt::format("artifact {}: {}", spec.name, artifact.error().message);
    collected.notes.push_back(reason);
    collected.message += (collected.message.empty() ? "" : "; ") + reason;
  }
}

}  // namespace tidemill
