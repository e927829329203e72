// What an attempt left behind, as its worker reports it. Plain data; the run machine decides what
// it means. Also what the tasks after it may read (TaskResult).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/words.h"

namespace tidemill {

struct Metric {
  std::string name;
  double value = 0;
  std::string slice;       // empty = the whole
  std::int64_t step = -1;  // -1 = none
  bool higher_is_better = true;
};

struct CheckResult {
  std::string check;
  bool success = true;
  std::string severity = "error";
  std::string column, expected, actual;
};

struct Artifact {
  std::string name;
  std::string hash;  // SHA-256 hex of the file, or of the tree listing when is_directory
  std::uint64_t bytes = 0;
  bool is_directory = false;
};

struct TaskResult {
  std::vector<std::pair<std::string, std::string>> outputs;
  std::vector<Metric> metrics;
  std::vector<CheckResult> checks;
  std::vector<Artifact> artifacts;
  std::string summary;  // Markdown, at most 1 MiB

  bool empty() const {
    return outputs.empty() && metrics.empty() && checks.empty() && artifacts.empty() &&
           summary.empty();
  }
  const std::string* output(std::string_view name) const;
  const Metric* metric(std::string_view name) const;  // the last value without a slice
  const Artifact* artifact(std::string_view name) const;
};

struct Usage {
  Duration cpu{};                 // user + system, all processes of the attempt that were reaped
  std::uint64_t peak_memory = 0;  // bytes, largest single process or the cgroup's peak
  std::uint64_t log_bytes = 0;    // as written by the task
  std::uint64_t log_dropped = 0;  // of them, dropped by the cap
};

struct Outcome {
  Cause cause = Cause::none;  // none = exit code 0; never contract or gate, those are decided here
  int exit_code = 0;          // meaningful for exit
  int signal = 0;             // meaningful for signal, oom
  std::string message;        // in words, for people; may be empty when cause is none
  WallTime started_at{};      // 0 = it never exec'd
  WallTime ended_at{};
  TaskResult result;            // kept on success only
  std::uint64_t log_rules = 0;  // bit i: retry.rules[i].log_matches was found in the log
  Usage usage;
};

}  // namespace tidemill
