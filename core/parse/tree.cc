#include "core/parse/tree.h"

#include <fmt/format.h>

#include <string>

#include "base/check.h"
#include "core/finding_sink.h"

namespace tidemill {

std::vector<Finding> findings_of_tree(const YamlDocument& document, std::string_view needed,
                                      std::string_view start) {
  FindingSink sink;
  for (const YamlProblem& problem : document.problems) {
    const RuleInfo* info = find_rule(problem.rule);
    CHECK(info != nullptr);
    sink.add(info->rule, problem.mark, problem.message, problem.hint);
  }
  const auto kind = document.root.kind;
  if (!document.problems.empty() || kind == YamlNode::Kind::map) return sink.take();
  if (kind == YamlNode::Kind::null) {
    sink.add(Rule::empty_file, {1, 1}, "the file is empty", std::string(needed));
  } else {
    sink.add(Rule::root_not_map, document.root.mark,
             fmt::format("the file is {}, but must be a map",
                         kind == YamlNode::Kind::sequence ? "a list" : "one text"),
             std::string(start));
  }
  return sink.take();
}

}  // namespace tidemill
