#include "protocol/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/text.h"

namespace tidemill {
namespace {

using Fault = std::optional<std::string>;

// Collects the first fault of a message.
class Check {
 public:
  Check& that(bool holds, std::string_view field, const auto& value) {
    if (!holds && !fault_) fault_ = fmt::format("{} is {}", field, value);
    return *this;
  }
  Check& id(AttemptId attempt) { return that(attempt.value > 0, "attempt", attempt.value); }
  Check& run(RunId run) { return that(run.value > 0, "run", run.value); }
  Check& ids(const std::vector<AttemptId>& attempts) {
    for (const AttemptId attempt : attempts) id(attempt);
    return *this;
  }
  Check& slots(int slots) { return that(slots >= 1 && slots <= 1'000'000, "slots", slots); }
  Check& priority(int priority) {
    return that(priority >= 1 && priority <= 9, "priority", priority);
  }
  Check& duration(Duration d, std::string_view field) {
    return that(d.count() >= 0 && d <= std::chrono::hours(24 * 3650), field, d.count());
  }
  Check& ending(int exit_code, int signal) {
    that(exit_code >= 0 && exit_code <= 255, "exit code", exit_code);
    return that(signal >= 0 && signal <= 64, "signal", signal);
  }
  Check& umask(const std::optional<unsigned>& mask) {
    return that(!mask || *mask <= 0777, "umask", mask.value_or(0));
  }
  Check& why(Cause why) { return that(why != Cause::none, "why", static_cast<int>(why)); }
  Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

// Names become the last part of a path under the attempt's folder.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

bool is_hash(std::string_view hash) {
  return hash.size() == 64 && std::all_of(hash.begin(), hash.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool stays_below(std::string_view path) {
  const auto parts = split(path, '/');
  return std::all_of(parts.begin(), parts.end(), is_file_name);
}

bool is_absolute(std::string_view path) { return path.starts_with('/'); }

Fault check(const message::Hello& m) {
  Check check;
  check.slots(m.slots).that(is_file_name(m.worker), "worker name", printable(m.worker));
  for (const auto& known : m.attempts) check.id(known.attempt);
  return check.fault();
}

Fault check(const message::Welcome& m) {
  Check check;
  check.that(m.epoch >= 0, "epoch", m.epoch).that(m.slots >= 0, "slots", m.slots);
  return check.duration(m.lease, "lease").fault();
}

Fault check(const message::Start& m) {
  Check check;
  check.id(m.attempt).run(m.run).slots(m.slots).priority(m.priority).umask(m.umask);
  check.duration(m.timeout, "timeout").duration(m.grace, "grace");
  check.that(m.argv.empty() != m.script.empty(), "number of argv items", m.argv.size());
  check.that(is_absolute(m.directory), "directory", printable(m.directory));
  for (const auto& artifact : m.artifacts) {
    check.that(stays_below(artifact.path), "artifact path", printable(artifact.path));
  }
  for (const auto& input : m.inputs) {
    check.that(is_file_name(input.name), "input name", printable(input.name));
    check.that(is_hash(input.hash), "input hash", printable(input.hash));
  }
  return check.fault();
}

Fault check(const message::Stop& m) { return Check().id(m.attempt).why(m.why).fault(); }
Fault check(const message::Acknowledge& m) { return Check().ids(m.attempts).fault(); }
Fault check(const message::Drain&) { return std::nullopt; }
Fault check(const message::Shutdown&) { return std::nullopt; }
Fault check(const message::Started& m) {
  return Check().id(m.attempt).that(m.pid > 0, "pid", m.pid).fault();
}

Fault check(const message::Ended& m) {
  Check check;
  check.id(m.attempt).ending(m.outcome.exit_code, m.outcome.signal);
  for (const auto& artifact : m.outcome.result.artifacts) {
    check.that(is_hash(artifact.hash), "artifact hash", printable(artifact.hash));
  }
  for (const auto& metric : m.outcome.result.metrics) {
    check.that(std::isfinite(metric.value), "metric", metric.value);
  }
  return check.fault();
}

Fault check(const message::Progress& m) {
  return Check()
      .id(m.attempt)
      .that(m.fraction >= 0 && m.fraction <= 1, "progress", m.fraction)
      .fault();
}

Fault check(const message::Heartbeat&) { return std::nullopt; }
Fault check(const message::Renewed&) { return std::nullopt; }

Fault check(const message::Refused&) { return std::nullopt; }

Fault check(const message::Challenge& m) {
  return Check().that(m.nonce.size() == 32, "size of the nonce", m.nonce.size()).fault();
}

Fault check(const message::Proof& m) {
  return Check()
      .that(is_file_name(m.worker), "worker name", printable(m.worker))
      .that(m.nonce.size() == 32, "size of the nonce", m.nonce.size())
      .that(m.masked_key.size() == 32, "size of the proof", m.masked_key.size())
      .fault();
}

// A file of this size is on no disk; the bound keeps sums of sizes from running over.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

Fault check(const message::Piece& m) {
  Check check;
  check.id(m.attempt).that(m.hash.empty() || is_hash(m.hash), "hash", printable(m.hash));
  check.that(m.offset <= kMostBytes, "offset", m.offset);
  check.that(m.total <= kMostBytes, "total", m.total);
  check.that(m.bytes.size() <= message::kMaxPieceBytes, "size of a piece", m.bytes.size());
  const bool fits = m.hash.empty() ? m.total == 0 : m.offset + m.bytes.size() <= m.total;
  return check.that(fits, "end of a piece", m.offset + m.bytes.size()).fault();
}

Fault check(const message::Received& m) {
  Check check;
  check.id(m.attempt).that(m.hash.empty() || is_hash(m.hash), "hash", printable(m.hash));
  return check.that(m.size <= kMostBytes, "size", m.size).fault();
}

Fault check(const message::Fetch& m) {
  Check check;
  check.id(m.attempt).that(is_hash(m.hash), "hash", printable(m.hash));
  return check.that(m.offset <= kMostBytes, "offset", m.offset).fault();
}

Fault check(const message::Lease& m) {
  return Check().that(m.stop_at <= m.kill_at, "stop_at", m.stop_at.us).fault();
}

Fault check(const message::Attach& m) { return Check().slots(m.slots).fault(); }

Fault check(const message::Spawn& m) {
  Check check;
  check.id(m.attempt).run(m.run).slots(m.slots).priority(m.priority).umask(m.umask);
  check.duration(m.timeout, "timeout").duration(m.grace, "grace");
  check.that(!m.argv.empty(), "number of argv items", m.argv.size());
  check.that(is_absolute(m.directory), "directory", printable(m.directory));
  check.that(is_absolute(m.log_path), "log path", printable(m.log_path));
  check.that(m.cpu_limit >= 0, "cpu limit", m.cpu_limit);
  return check.fault();
}

Fault check(const message::Kill& m) { return Check().id(m.attempt).why(m.why).fault(); }
Fault check(const message::Forget& m) { return Check().ids(m.attempts).fault(); }
Fault check(const message::Leave&) { return std::nullopt; }

Fault check(const message::Inventory& m) {
  Check check;
  for (const auto& held : m.attempts) check.id(held.known.attempt);
  return check.fault();
}

Fault check(const message::Spawned& m) {
  return Check().id(m.attempt).that(m.pid > 0, "pid", m.pid).fault();
}

Fault check(const message::Exited& m) {
  return Check().id(m.record.attempt).ending(m.record.exit_code, m.record.signal).fault();
}

}  // namespace

std::optional<std::string> out_of_range(const Message& message) {
  return std::visit([](const auto& m) { return check(m); }, message);
}

}  // namespace tidemill
