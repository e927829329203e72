#include "core/alert/story_changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/dag_diff.h"
#include "core/line_diff.h"

namespace tidemill {
namespace {

constexpr std::size_t kMostDiffLines = 20;
constexpr std::size_t kMostParams = 10;
constexpr std::size_t kShownHash = 12;

std::string words(const std::vector<std::string_view>& list) {
  return fmt::format("{}", fmt::join(list, ", "));
}

std::string dag_words(const DagDiff& diff) {
  std::vector<std::string> parts;
  for (const TaskDiff& task : diff.changed) {
    parts.push_back(fmt::format("task {}: {}", task.id, words(task.fields)));
  }
  for (const std::string& id : diff.added) parts.push_back(fmt::format("task {} is new", id));
  for (const std::string& id : diff.removed) parts.push_back(fmt::format("task {} is gone", id));
  if (!diff.fields.empty()) parts.push_back(words(diff.fields));
  return join(parts, "; ");
}

// "- old" and "+ new", without the lines around.
std::vector<std::string> file_diff(const Dag& good, const Dag& bad) {
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (const DiffHunk& hunk : diff_lines(good.source, bad.source, 0)) {
    for (const DiffLine& line : hunk) {
      const char* sign = line.kind == DiffLine::Kind::removed ? "- " : "+ ";
      if (lines.size() < kMostDiffLines) {
        lines.push_back(sign + printable(line.text, 200));
      } else {
        ++more;
      }
    }
  }
  if (more > 0) lines.push_back(fmt::format("… {} more", more));
  return lines;
}

// A file of which only comments changed is no other DAG.
void add_dag(const StorySide& good, const StorySide& bad, std::vector<AlertChange>& changes) {
  if (good.dag.content_hash == bad.dag.content_hash) return;
  const DagDiff diff = diff_dags(good.dag, bad.dag);
  if (diff.empty()) return;
  changes.push_back({AlertChange::Kind::dag, dag_words(diff), file_diff(good.dag, bad.dag)});
}

std::string value_of(const std::optional<Json>& value) {
  return value ? printable(value->dump(), 100) : "not there";
}

void add_params(const StorySide& good, const StorySide& bad, std::vector<AlertChange>& changes) {
  auto params = diff_params(good.dag, good.params, bad.dag, bad.params);
  const std::size_t all = params.size();
  if (all > kMostParams) params.resize(kMostParams);
  for (const ParamDiff& param : params) {
    changes.push_back({AlertChange::Kind::param,
                       fmt::format("{}: {} → {}", printable(param.name, 64), value_of(param.before),
                                   value_of(param.after)),
                       {}});
  }
  if (all > kMostParams) {
    changes.push_back(
        {AlertChange::Kind::param, fmt::format("{} more parameters", all - kMostParams), {}});
  }
}

void add_inputs(const StorySide& good, const StorySide& bad, std::vector<AlertChange>& changes) {
  for (const auto& [name, hash] : bad.inputs) {
    const auto before = std::find_if(good.inputs.begin(), good.inputs.end(),
                                     [&](const auto& input) { return input.first == name; });
    if (before == good.inputs.end() || before->second == hash) continue;
    changes.push_back(
        {AlertChange::Kind::input,
         fmt::format("{}: {} → {}", printable(name, 64), before->second.substr(0, kShownHash),
                     hash.substr(0, kShownHash)),
         {}});
  }
}

}  // namespace

std::string_view to_word(AlertChange::Kind kind) {
  switch (kind) {
    case AlertChange::Kind::dag:
      return "dag";
    case AlertChange::Kind::param:
      return "param";
    case AlertChange::Kind::input:
      return "input";
    case AlertChange::Kind::worker:
      return "worker";
  }
  UNREACHABLE();
}

std::vector<AlertChange> changes_between(const StorySide& good, const StorySide& bad) {
  std::vector<AlertChange> changes;
  add_dag(good, bad, changes);
  add_params(good, bad, changes);
  add_inputs(good, bad, changes);
  if (!good.worker.empty() && !bad.worker.empty() && good.worker != bad.worker) {
    changes.push_back(
        {AlertChange::Kind::worker, fmt::format("{} → {}", good.worker, bad.worker), {}});
  }
  return changes;
}

}  // namespace tidemill
