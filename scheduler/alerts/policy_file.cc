#include "scheduler/alerts/policy_file.h"

#include <fmt/format.h>

#include "base/fd.h"
#include "base/zone.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxBytes = 1u << 20;
constexpr auto kLookAtFileEvery = std::chrono::seconds(1);

// Without the line of the file: it may hold a password that somebody wrote there.
std::string sentence_of(const std::string& path, const Finding& finding) {
  return fmt::format("{}:{}:{}: {} [{}]", path, finding.mark.line, finding.mark.column,
                     finding.message, finding.rule);
}

const Finding& first_error(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::error) return finding;
  }
  return findings.front();
}

}  // namespace

void PolicyFile::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

PoliciesPtr PolicyFile::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

PolicyFile::Look PolicyFile::take(Result<std::string> text) {
  Look look;
  look.changed = true;
  if (!text.ok()) {
    look.broken = text.error().message;
    return look;
  }
  const ParsedPolicies parsed = parse_policies(text.value(), load_zone);
  for (const Finding& finding : parsed.findings) {
    if (finding.severity == Severity::warning) {
      look.warnings.push_back(sentence_of(path_, finding));
    }
  }
  if (parsed.policies == nullptr) {
    look.broken = sentence_of(path_, first_error(parsed.findings));
    return look;
  }
  const std::lock_guard lock(mutex_);
  current_ = parsed.policies;
  return look;
}

PolicyFile::Look PolicyFile::look() {
  if (path_.empty()) return {};
  auto text = read_file(path_, kMaxBytes);
  const std::string seen = text.ok() ? "text " + text.value() : "error " + text.error().message;
  const bool same = seen == seen_;
  if (same && told_) return {};
  seen_ = seen;
  Look look = take(std::move(text));
  told_ = look.broken.empty() || same || first_;
  first_ = false;
  return told_ ? look : Look();
}

void PolicyFile::watch(std::function<void(const Look&)> changed) {
  if (path_.empty()) return;
  changed_ = std::move(changed);
  thread_ = std::thread([this] { run(); });
}

void PolicyFile::look_now() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  wake_.notify_all();
}

void PolicyFile::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLookAtFileEvery, [this] { return stopping_ || asked_; });
      if (stopping_) return;
      asked_ = false;
    }
    const Look seen = look();
    if (seen.changed) changed_(seen);
  }
}

}  // namespace tidemill
