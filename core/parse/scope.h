// Which names an expression of one task may use, and of what type they are. Complaints about names
// are worded here: they know the DAG, which core/expr does not.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/expr.h"
#include "core/parse/ancestors.h"
#include "core/parse/context.h"

namespace tidemill {

// Where an expression stands.
struct ExprPlace {
  TaskIndex reader = kNoTask;  // kNoTask: `env` of the DAG or of `defaults`
  const YamlNode* node = nullptr;
  std::size_t visible_env = 0;  // how many entries of the task's env are set before this one
  bool is_argument = false;     // visible to every user of the machine
};

class NameChecker {
 public:
  explicit NameChecker(ParseContext& context);

  void check(const Template& text, const ExprPlace& place);
  void check(const Expr& expr, const ExprPlace& place);

  // Whether the reader may read from `task`, which must have ended by then.
  void check_reach(TaskIndex task, const ExprPath& path, const ExprPlace& place, Mark mark,
                   bool has_fallback);

  // nullopt when the name does not exist or its type is known at run time only.
  std::optional<ExprType> type_of(const ExprPath& path) const;

  const std::vector<FarRead>& far_reads() const { return far_reads_; }
  bool is_param_used(std::string_view name) const { return used_params_.contains(name); }

 private:
  ExprScope scope() const;
  void check_names(const Expr& expr, const ExprPlace& place, std::size_t offset);
  void check_name(const Reference& name, const ExprPlace& place, Mark mark, bool has_fallback);
  void check_state_words(const ExprNode& node, const ExprPlace& place, std::size_t offset);
  void check_param(const ExprPath& path, const ExprPlace& place, Mark mark);
  void check_env(const ExprPath& path, const ExprPlace& place, Mark mark);
  void check_run(const ExprPath& path, Mark mark);
  void check_task(const ExprPath& path, const ExprPlace& place, Mark mark, bool has_fallback);
  void check_member(const ExprPath& path, TaskIndex task, Mark mark);
  void add_problems(const std::vector<ExprProblem>& problems, const ExprPlace& place);
  bool is_direct_upstream(TaskIndex reader, TaskIndex task);
  bool waits_for_success(const TaskSpec& reader, TaskIndex upstream);
  bool may_be_skipped(TaskIndex task);
  void unknown(Mark mark, std::string message, std::string hint = {});
  const std::vector<std::pair<std::string, Template>>& env_of(const ExprPlace& place) const;

  ParseContext& context_;
  std::unordered_map<std::string_view, const ParamSpec*> params_;
  std::set<std::string_view> used_params_;
  std::vector<FarRead> far_reads_;
  // Of the reader asked for last, when it has so many that a search would cost.
  TaskIndex cached_reader_ = kNoTask;
  std::unordered_set<TaskIndex> cached_upstream_;
  std::vector<char> may_be_skipped_;  // by task, from what the file says; filled when first asked
  int suggestions_ = 0;
};

}  // namespace tidemill
