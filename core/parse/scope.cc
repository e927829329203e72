#include "core/parse/scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/expr_node.h"
#include "core/fields_check.h"

namespace tidemill {
namespace {

struct RunName {
  std::string_view name;
  ExprType type;
};
constexpr std::array<RunName, 7> kRunNames = {{{"id", ExprType::number},
                                               {"dag", ExprType::string},
                                               {"seed", ExprType::number},
                                               {"logical_time", ExprType::any},
                                               {"scheduled_for", ExprType::any},
                                               {"interval_start", ExprType::any},
                                               {"interval_end", ExprType::any}}};
constexpr std::array<std::string_view, 4> kScopes = {"params", "env", "run", "tasks"};
constexpr std::array<std::string_view, 4> kMembers = {"state", "outputs", "metrics", "artifacts"};

ExprType type_of(ParamType type) {
  switch (type) {
    case ParamType::integer:
    case ParamType::number:
      return ExprType::number;
    case ParamType::boolean:
      return ExprType::boolean;
    case ParamType::array:
      return ExprType::array;
    case ParamType::object:
      return ExprType::object;
    case ParamType::string:
    case ParamType::date:
    case ParamType::datetime:
    case ParamType::duration:
    case ParamType::secret:
      return ExprType::string;
  }
  UNREACHABLE();
}

std::vector<std::string_view> declared(const TaskSpec& task, std::string_view member) {
  std::vector<std::string_view> names;
  if (member == "outputs") names.assign(task.outputs.begin(), task.outputs.end());
  if (member == "metrics") names.assign(task.metrics.begin(), task.metrics.end());
  if (member == "artifacts") {
    for (const ArtifactSpec& artifact : task.artifacts) names.push_back(artifact.name);
  }
  return names;
}

// Whether the rule can skip a task whose upstreams are not skipped.
bool can_skip(TriggerRule rule) {
  switch (rule) {
    case TriggerRule::all_success:
    case TriggerRule::all_done:
    case TriggerRule::all_done_min_one_success:
    case TriggerRule::none_failed:
    case TriggerRule::none_failed_min_one_success:
    case TriggerRule::none_skipped:
    case TriggerRule::one_success:
    case TriggerRule::always:
    case TriggerRule::all_done_setup_success:
      return false;
    case TriggerRule::all_failed:
    case TriggerRule::all_skipped:
    case TriggerRule::one_failed:
    case TriggerRule::one_done:
      return true;
  }
  UNREACHABLE();
}

}  // namespace

NameChecker::NameChecker(ParseContext& context) : context_(context) {
  for (const ParamSpec& param : context_.dag.params) params_.emplace(param.name, &param);
}

void NameChecker::check(const Template& text, const ExprPlace& place) {
  if (text.is_literal() || context_.findings.full()) return;
  for (const Template::Part& part : text.parts()) {
    if (!part.expr.empty()) check_names(part.expr, place, part.offset);
  }
  add_problems(check_template(text, scope()), place);
}

void NameChecker::check(const Expr& expr, const ExprPlace& place) {
  const std::size_t offset = place.node->text.find(expr.text());
  check_names(expr, place, offset == std::string::npos ? 0 : offset);
  auto problems = check_expr(expr, scope());
  for (ExprProblem& problem : problems) problem.offset += offset == std::string::npos ? 0 : offset;
  add_problems(problems, place);
}

void NameChecker::add_problems(const std::vector<ExprProblem>& problems, const ExprPlace& place) {
  for (const ExprProblem& problem : problems) {
    context_.findings.add(Rule::expression_type, context_.source.place(*place.node, problem.offset),
                          problem.message, problem.hint);
  }
}

// Names that do not exist have been complained about; to the checker of types they may be anything.
ExprScope NameChecker::scope() const {
  ExprScope scope;
  scope.type_of = [this](const ExprPath& path) {
    return std::optional(type_of(path).value_or(ExprType::any));
  };
  scope.suggestions = [] { return std::vector<std::string>(); };
  return scope;
}

std::optional<ExprType> NameChecker::type_of(const ExprPath& path) const {
  if (path[0] == "params" && path.size() == 2) {
    const auto found = params_.find(path[1]);
    if (found == params_.end()) return std::nullopt;
    const ParamSpec& spec = *found->second;
    const bool may_be_null = !spec.required && !spec.default_value;
    return may_be_null ? ExprType::any : tidemill::type_of(spec.type);
  }
  if (path[0] == "env") return ExprType::string;
  if (path[0] == "run" && path.size() == 2) {
    for (const RunName& name : kRunNames) {
      if (name.name == path[1]) return name.type;
    }
  }
  if (path[0] == "tasks" && path.size() == 3 && path[2] == "state") return ExprType::string;
  return std::nullopt;
}

void NameChecker::check_names(const Expr& expr, const ExprPlace& place, std::size_t offset) {
  check_state_words(expr.root(), place, offset);
  const bool has_fallback = expr.text().find("default(") != std::string::npos;
  for (const Reference& name : expr.references()) {
    check_name(name, place, context_.source.place(*place.node, offset + name.offset), has_fallback);
  }
}

// `tasks.a.state == 'success'` would never hold, since the word is succeeded.
void NameChecker::check_state_words(const ExprNode& node, const ExprPlace& place,
                                    std::size_t offset) {
  for (const ExprNode& child : node.children) check_state_words(child, place, offset);
  if (node.op != ExprOp::equal && node.op != ExprOp::not_equal) return;
  const auto is_state = [](const ExprNode& operand) {
    return operand.kind == ExprNode::Kind::reference && operand.path.size() == 3 &&
           operand.path[0] == "tasks" && operand.path[2] == "state";
  };
  const bool left = is_state(node.children[0]);
  const ExprNode& other = node.children[left ? 1 : 0];
  if (!left && !is_state(node.children[1])) return;
  if (other.kind != ExprNode::Kind::literal || !other.value.is_string()) return;
  if (task_state_from(other.value.as_string())) return;
  constexpr std::array<std::string_view, 5> kEnds = {"succeeded", "failed", "upstream_failed",
                                                     "skipped", "cancelled"};
  context_.findings.add(
      Rule::unknown_word, context_.source.place(*place.node, offset + other.offset),
      fmt::format("'{}' is no state of a task", printable(other.value.as_string(), 40)),
      did_you_mean(other.value.as_string(), kEnds));
}

void NameChecker::check_name(const Reference& name, const ExprPlace& place, Mark mark,
                             bool has_fallback) {
  const ExprPath& path = name.path;
  if (path[0] == "item" || path[0] == "matrix") {
    context_.findings.add(
        Rule::not_supported_yet, mark,
        fmt::format("{} is not supported yet ({})", path[0],
                    path[0] == "item" ? "it comes with foreach" : "it comes with the key matrix"));
    return;
  }
  if (std::find(kScopes.begin(), kScopes.end(), path[0]) == kScopes.end()) {
    return unknown(mark, fmt::format("nothing is called {}", path_text(path)),
                   did_you_mean(path[0], kScopes));
  }
  if (path.size() < 2) {
    return unknown(mark, fmt::format("{} alone is no value", path[0]),
                   fmt::format("name one of its members: {}.NAME", path[0]));
  }
  if (path[0] == "params") return check_param(path, place, mark);
  if (path[0] == "env") return check_env(path, place, mark);
  if (path[0] == "run") return check_run(path, mark);
  check_task(path, place, mark, has_fallback);
}

void NameChecker::unknown(Mark mark, std::string message, std::string hint) {
  context_.findings.add(Rule::unknown_reference, mark, std::move(message), std::move(hint));
}

void NameChecker::check_param(const ExprPath& path, const ExprPlace& place, Mark mark) {
  const auto found = params_.find(path[1]);
  if (found == params_.end()) {
    // A parameter whose declaration was refused has been complained about there.
    const YamlNode* declared = context_.root.find("params");
    if (declared != nullptr && declared->find(path[1]) != nullptr) return;
    std::vector<std::string_view> names;
    if (suggestions_++ < kMaxSuggestions) {
      for (const ParamSpec& param : context_.dag.params) names.push_back(param.name);
    }
    return unknown(mark, fmt::format("there is no parameter {}", printable(path[1], 70)),
                   did_you_mean(path[1], names));
  }
  used_params_.insert(found->first);
  if (!place.is_argument || found->second->type != ParamType::secret) return;
  context_.findings.add(
      Rule::secret_in_argv, mark,
      fmt::format("the secret {} in an argument is visible to every user of the machine", path[1]),
      "pass it in env");
}

const std::vector<std::pair<std::string, Template>>& NameChecker::env_of(
    const ExprPlace& place) const {
  return place.reader == kNoTask ? context_.shared_env : context_.dag.tasks[place.reader].env;
}

// Variables are filled in one after the other, so only those before this one have a value.
void NameChecker::check_env(const ExprPath& path, const ExprPlace& place, Mark mark) {
  const auto& env = env_of(place);
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < std::min(place.visible_env, env.size()); ++i) {
    if (env[i].first == path[1]) return;
    names.push_back(env[i].first);
  }
  const bool later = std::any_of(env.begin(), env.end(),
                                 [&](const auto& entry) { return entry.first == path[1]; });
  const std::string name = printable(path[1], 70);
  if (later) {
    return unknown(mark, fmt::format("env.{} has no value yet here", name),
                   "a variable can use those above it only");
  }
  unknown(mark, fmt::format("there is no variable {} in env", name), did_you_mean(path[1], names));
}

void NameChecker::check_run(const ExprPath& path, Mark mark) {
  std::vector<std::string_view> names;
  for (const RunName& name : kRunNames) {
    if (name.name == path[1]) return;
    names.push_back(name.name);
  }
  unknown(mark, fmt::format("a run has no {}", printable(path[1], 70)),
          did_you_mean(path[1], names));
}

void NameChecker::check_task(const ExprPath& path, const ExprPlace& place, Mark mark,
                             bool has_fallback) {
  const TaskIndex task = context_.find_task(path[1]);
  if (task == kNoTask) {
    std::vector<std::string_view> ids;
    if (suggestions_++ < kMaxSuggestions) {
      for (TaskIndex i = 0; i < context_.dag.task_count; ++i)
        ids.push_back(context_.dag.tasks[i].id);
    }
    return unknown(mark, fmt::format("there is no task {}", printable(path[1], 70)),
                   did_you_mean(path[1], ids));
  }
  check_member(path, task, mark);
  if (path.size() > 2) check_reach(task, path, place, mark, has_fallback);
}

void NameChecker::check_member(const ExprPath& path, TaskIndex task, Mark mark) {
  const std::string whole = path_text(
      {path.begin(), path.begin() + std::min<std::ptrdiff_t>(3, std::ssize(path))});
  if (path.size() < 3) {
    return unknown(mark, fmt::format("{} alone is no value", whole),
                   fmt::format("write {}.state or {}.outputs.NAME", whole, whole));
  }
  if (std::find(kMembers.begin(), kMembers.end(), path[2]) == kMembers.end()) {
    return unknown(mark, fmt::format("a task has no {}", printable(path[2], 70)),
                   did_you_mean(path[2], kMembers));
  }
  if (path[2] == "state") return;
  const auto names = declared(context_.dag.tasks[task], path[2]);
  if (path.size() < 4)
    return unknown(mark, fmt::format("{} alone is no value", whole),
                   fmt::format("write {}.NAME", whole));
  if (std::find(names.begin(), names.end(), path[3]) != names.end()) return;
  const std::string_view kind = std::string_view(path[2]).substr(0, path[2].size() - 1);
  unknown(mark, fmt::format("{} does not declare the {} {}", path[1], kind, printable(path[3], 70)),
          names.empty() ? fmt::format("add it to tasks.{}.{}", path[1], path[2])
                        : did_you_mean(path[3], names));
}

bool NameChecker::is_direct_upstream(TaskIndex reader, TaskIndex task) {
  const auto& upstream = context_.dag.tasks[reader].upstream;
  if (upstream.size() <= 32)
    return std::find(upstream.begin(), upstream.end(), task) != upstream.end();
  if (cached_reader_ != reader) {
    cached_reader_ = reader;
    cached_upstream_ = {upstream.begin(), upstream.end()};
  }
  return cached_upstream_.contains(task);
}

// A task can always skip itself with exit code 99; that is its author's business.
bool NameChecker::may_be_skipped(TaskIndex task) {
  const auto& tasks = context_.dag.tasks;
  if (may_be_skipped_.empty()) {
    may_be_skipped_.resize(tasks.size());
    for (const TaskIndex i : topological_order(context_.dag)) {
      const bool own = context_.sources[i].condition != nullptr || !tasks[i].needs_expr.empty() ||
                       can_skip(tasks[i].trigger_rule);
      const bool inherited = std::any_of(tasks[i].upstream.begin(), tasks[i].upstream.end(),
                                         [&](TaskIndex up) { return may_be_skipped_[up] != 0; });
      const bool ignores = tasks[i].trigger_rule == TriggerRule::none_failed ||
                           tasks[i].trigger_rule == TriggerRule::all_done ||
                           tasks[i].trigger_rule == TriggerRule::always;
      may_be_skipped_[i] = own || (inherited && !ignores);
    }
  }
  return may_be_skipped_[task] != 0;
}

// Whether the task starts only after this direct upstream has succeeded.
bool NameChecker::waits_for_success(const TaskSpec& reader, TaskIndex upstream) {
  if (!reader.needs_expr.empty()) {
    const std::string& id = context_.dag.tasks[upstream].id;
    const auto failed = [&](std::string_view other) {
      return other == id ? TaskState::failed : TaskState::waiting;
    };
    return decide_needs(reader.needs_expr, failed) == false;
  }
  if (reader.trigger_rule == TriggerRule::all_success) return true;
  const bool no_failure = reader.trigger_rule == TriggerRule::none_failed ||
                          reader.trigger_rule == TriggerRule::none_failed_min_one_success;
  return no_failure && !may_be_skipped(upstream);
}

void NameChecker::check_reach(TaskIndex task, const ExprPath& path, const ExprPlace& place,
                              Mark mark, bool has_fallback) {
  const std::string& id = context_.dag.tasks[task].id;
  if (place.reader == kNoTask) {
    context_.findings.add(
        Rule::not_upstream, mark,
        fmt::format("env of all tasks cannot read {}: most tasks run before or beside it", id),
        "move the variable to the tasks that need it");
    return;
  }
  const TaskSpec& reader = context_.dag.tasks[place.reader];
  if (reader.hook == HookKind::start) {
    context_.findings.add(
        Rule::not_upstream, mark,
        fmt::format("no task has run when the start hook runs, so it cannot read {}", id));
    return;
  }
  if (reader.hook != HookKind::none) return;
  if (task == place.reader) {
    context_.findings.add(Rule::not_upstream, mark, fmt::format("{} cannot read from itself", id));
    return;
  }
  if (!is_direct_upstream(place.reader, task)) {
    far_reads_.push_back({place.reader, task, mark});
    return;
  }
  const bool value = path.size() > 2 && path[2] != "state";
  if (!value || has_fallback || waits_for_success(reader, task)) return;
  context_.findings.add(
      Rule::early_read, mark,
      fmt::format("{} may start although {} has not succeeded, and then {} is missing", reader.id,
                  id, path_text(path)),
      "use default(…, VALUE), or wait for success");
}

}  // namespace tidemill
