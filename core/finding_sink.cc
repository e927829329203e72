#include "core/finding_sink.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {

void FindingSink::add(Rule rule, Mark mark, std::string message, std::string hint) {
  const RuleInfo& info = rule_info(rule);
  const bool is_error = info.severity == Severity::error;
  errors_ += is_error ? 1 : 0;
  // A file full of warnings must not hide its first error.
  if (findings_.size() >= kMaxFindings && !(is_error && errors_ == 1)) {
    ++dropped_;
    return;
  }
  findings_.push_back(
      {std::string(info.id), info.severity, mark, std::move(message), std::move(hint)});
}

std::vector<Finding> FindingSink::take() {
  std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.mark, a.rule) < std::tie(b.mark, b.rule);
  });
  const auto same = [](const Finding& a, const Finding& b) {
    return a.mark == b.mark && a.rule == b.rule && a.message == b.message;
  };
  findings_.erase(std::unique(findings_.begin(), findings_.end(), same), findings_.end());
  if (dropped_ > 0) {
    findings_.push_back({std::string(rule_info(Rule::too_many_findings).id),
                         Severity::note,
                         {},
                         fmt::format("{} findings or more were left out", dropped_),
                         "mend these first"});
  }
  return std::move(findings_);
}

}  // namespace tidemill
