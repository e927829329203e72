// What the steps of parsing one file share. The steps run in the order of core/parse/parse.cc; each
// fills its part of the DAG and adds findings. Internal to core/parse/.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/yaml.h"
#include "core/dag.h"
#include "core/dag_parser.h"
#include "core/finding_sink.h"
#include "core/parse/place.h"

namespace tidemill {

// Where a task's parts stand in the file, by TaskIndex.
struct TaskSource {
  const YamlNode* node = nullptr;
  Mark key_mark;
  std::string where;  // "tasks.train"
  const YamlNode* needs = nullptr;
  std::vector<const YamlNode*> needs_items;  // parallel to TaskSpec::upstream
  std::vector<const YamlNode*> argv;         // parallel to TaskSpec::argv
  std::vector<const YamlNode*> env;          // parallel to TaskSpec::env; null = inherited
  std::vector<std::pair<Template, const YamlNode*>> with;  // of a built-in action
  const YamlNode* condition = nullptr;
  const YamlNode* pool = nullptr;
  const YamlNode* inputs = nullptr;
};

// A hint costs a look at every name: so many of one kind are given.
inline constexpr int kMaxSuggestions = 20;

struct ParseContext {
  ParseContext(std::string_view bytes, const ParseOptions& parse_options, const YamlNode& tree)
      : text(bytes), options(parse_options), root(tree), source(bytes) {}

  std::string_view text;
  const ParseOptions& options;
  const YamlNode& root;
  SourceText source;
  Dag dag;
  FindingSink findings;
  std::vector<TaskSource> sources;                           // by TaskIndex
  std::unordered_map<std::string_view, TaskIndex> ordinary;  // id → task; views into dag.tasks
  std::vector<std::pair<std::string, Template>> shared_env;  // of the DAG, then of `defaults`
  std::vector<const YamlNode*> shared_env_nodes;             // parallel
  bool broken_graph = false;  // a task in `needs` is unknown, or there is a cycle

  TaskIndex find_task(std::string_view id) const {
    const auto found = ordinary.find(id);
    return found == ordinary.end() ? kNoTask : found->second;
  }
};

}  // namespace tidemill
