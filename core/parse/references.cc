#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/fields_check.h"
#include "core/parse/ancestors.h"
#include "core/parse/scope.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"

// Everything that reads from parameters and from other tasks: inputs, conditions, templates.
namespace tidemill {
namespace {

class ReferenceResolver {
 public:
  explicit ReferenceResolver(ParseContext& context) : context_(context), names_(context) {}

  void run() {
    check_shared_env();
    for (TaskIndex i = 0; i < context_.dag.tasks.size() && !context_.findings.full(); ++i) {
      resolve_inputs(i);
      resolve_condition(i);
      check_templates(i);
    }
    check_far_reads();
    note_unused_params();
  }

 private:
  void check_shared_env() {
    const auto& env = context_.shared_env;
    for (std::size_t i = 0; i < env.size(); ++i) {
      if (!env[i].second.is_literal())
        names_.check(env[i].second, {kNoTask, context_.shared_env_nodes[i], i, false});
    }
  }

  void check_templates(TaskIndex index) {
    const TaskSpec& task = context_.dag.tasks[index];
    const TaskSource& source = context_.sources[index];
    for (std::size_t i = 0; i < task.env.size(); ++i) {
      if (source.env[i] != nullptr)
        names_.check(task.env[i].second, {index, source.env[i], i, false});
    }
    for (std::size_t i = 0; i < task.argv.size(); ++i) {
      names_.check(task.argv[i], {index, source.argv[i], task.env.size(), true});
    }
    for (const auto& [text, node] : source.with) names_.check(text, {index, node, 0, true});
  }

  // ${{ … }} around the whole condition is allowed and means nothing.
  static std::string_view bare_condition(std::string_view text) {
    text = trim(text);
    const bool wrapped = text.starts_with("${{") && text.ends_with("}}") &&
                         text.find("${{", 3) == std::string_view::npos;
    return wrapped ? trim(text.substr(3, text.size() - 5)) : text;
  }

  void resolve_condition(TaskIndex index) {
    const YamlNode* node = context_.sources[index].condition;
    if (!is_text(node)) return;
    TaskSpec& task = context_.dag.tasks[index];
    const std::string_view text = bare_condition(node->text);
    const std::size_t offset = text.empty()
                                   ? 0
                                   : static_cast<std::size_t>(text.data() - node->text.data());
    auto parsed = Expr::parse(text);
    if (!parsed.ok()) return refuse_condition(*node, offset, parsed.error().message);
    task.condition = std::move(parsed).value();
    const ExprPlace place{index, node, task.env.size(), false};
    names_.check(task.condition, place);
    check_outcome(task, *node);
  }

  void refuse_condition(const YamlNode& node, std::size_t offset, std::string_view message) {
    if (message.starts_with("column ")) {
      const std::size_t colon = message.find(": ");
      offset += static_cast<std::size_t>(to_int(message.substr(7, colon - 7)).value_or(1)) - 1;
      message.remove_prefix(colon + 2);
    }
    context_.findings.add(Rule::bad_template, context_.source.place(node, offset),
                          fmt::format("if: {}", message));
  }

  void check_outcome(const TaskSpec& task, const YamlNode& node) {
    ExprScope anything;
    anything.type_of = [&](const ExprPath& path) {
      return std::optional(names_.type_of(path).value_or(ExprType::any));
    };
    anything.suggestions = [] { return std::vector<std::string>(); };
    const ExprType type = type_of_expr(task.condition, anything);
    if (type != ExprType::any && type != ExprType::boolean) {
      context_.findings.add(
          Rule::expression_type, node.mark,
          fmt::format("the condition is {}, but must be true or false", with_article(type)),
          "compare it with something");
      return;
    }
    if (!task.condition.references().empty()) return;
    const auto value = evaluate(task.condition,
                                [](const ExprPath&) { return std::optional<Json>(); });
    if (!value.ok() || !value.value().known || value.value().value.kind() != Json::Kind::boolean)
      return;
    const bool holds = value.value().value.as_bool();
    context_.findings.add(
        Rule::constant_condition, node.mark,
        holds ? "the condition is always true"
              : fmt::format("the condition is always false: {} never runs", task.id),
        "delete it, or compare with a parameter or an output");
  }

  void resolve_inputs(TaskIndex index) {
    const YamlNode* inputs = context_.sources[index].inputs;
    if (inputs == nullptr ||
        !is_bounded(context_.findings, inputs, context_.sources[index].where + ".inputs"))
      return;
    for (const YamlNode::Entry& entry : inputs->entries) {
      if (!is_name(entry.key, "_", "_")) {
        context_.findings.add(
            Rule::bad_name, entry.key_mark,
            fmt::format("\"{}\" cannot be the name of an input", printable(entry.key, 80)),
            "use up to 64 letters, digits and _, and start with a letter or _");
      } else if (is_text(&entry.value)) {
        resolve_input(index, entry);
      }
    }
  }

  void bad_input(const YamlNode& node, std::string_view why) {
    context_.findings.add(Rule::bad_input, node.mark,
                          fmt::format("the input \"{}\" {}", printable(node.text, 80), why),
                          "write tasks.TASK.artifacts.NAME");
  }

  void resolve_input(TaskIndex index, const YamlNode::Entry& entry) {
    std::string_view text = entry.value.text;
    if (text.find("${{") != std::string_view::npos)
      return bad_input(entry.value, "is named directly, without ${{ }}");
    const std::size_t middle = text.rfind(".artifacts.");
    if (!text.starts_with("tasks.") || middle == std::string_view::npos || middle < 6) {
      return bad_input(entry.value, "does not name an artifact");
    }
    const std::string_view id = text.substr(6, middle - 6);
    const std::string_view name = text.substr(middle + 11);
    const TaskIndex from = context_.find_task(id);
    if (from == kNoTask) return unknown_task(entry.value, id);
    const TaskSpec& producer = context_.dag.tasks[from];
    const bool declared = std::any_of(
        producer.artifacts.begin(), producer.artifacts.end(),
        [&](const ArtifactSpec& artifact) { return artifact.name == name; });
    if (!declared) return unknown_artifact(entry.value, producer, name);
    names_.check_reach(from, {"tasks", std::string(id), "artifacts", std::string(name)},
                       {index, &entry.value, 0, false}, entry.value.mark, false);
    context_.dag.tasks[index].inputs.push_back({entry.key, from, std::string(name)});
  }

  void unknown_task(const YamlNode& node, std::string_view id) {
    std::vector<std::string_view> ids;
    for (TaskIndex i = 0; i < context_.dag.task_count && suggestions_ > 0; ++i)
      ids.push_back(context_.dag.tasks[i].id);
    suggestions_ -= suggestions_ > 0 ? 1 : 0;
    context_.findings.add(Rule::unknown_task, node.mark,
                          fmt::format("there is no task \"{}\"", printable(id, 70)),
                          did_you_mean(id, ids));
  }

  void unknown_artifact(const YamlNode& node, const TaskSpec& producer, std::string_view name) {
    std::vector<std::string_view> names;
    for (const ArtifactSpec& artifact : producer.artifacts) names.push_back(artifact.name);
    context_.findings.add(
        Rule::unknown_artifact, node.mark,
        fmt::format("{} does not declare the artifact {}", producer.id, printable(name, 70)),
        names.empty() ? fmt::format("add it to tasks.{}.artifacts", producer.id)
                      : did_you_mean(name, names));
  }

  // With a cycle, or an unknown task in needs, "upstream" means nothing yet.
  void check_far_reads() {
    if (context_.broken_graph) return;
    for (const FarRead& read : not_upstream(context_.dag, names_.far_reads())) {
      const std::string& from = context_.dag.tasks[read.from].id;
      const std::string& reader = context_.dag.tasks[read.reader].id;
      context_.findings.add(Rule::not_upstream, read.mark,
                            fmt::format("{} is not upstream of {}", from, reader),
                            fmt::format("add it: needs: [{}]", from));
    }
  }

  // The variables of parameters that scripts name.
  std::set<std::string, std::less<>> named_in_scripts() const {
    constexpr std::string_view kPrefix = "TIDEMILL_PARAM_";
    std::set<std::string, std::less<>> names;
    for (const TaskSpec& task : context_.dag.tasks) {
      const std::string& script = task.script;
      for (std::size_t at = script.find(kPrefix); at != std::string::npos;) {
        const std::size_t begin = at + kPrefix.size();
        const std::size_t end = script.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
                                                         begin);
        names.insert(to_lower_ascii(script.substr(begin, end - begin)));
        at = script.find(kPrefix, begin);
      }
    }
    return names;
  }

  // Said last, when everything else is right: an unknown name is often the misspelled use.
  void note_unused_params() {
    if (context_.dag.params.empty() || context_.findings.has_errors()) return;
    const auto reads_context = [](const TaskSpec& task) {
      return task.script.find("TIDEMILL_CONTEXT") != std::string::npos;
    };
    if (std::any_of(context_.dag.tasks.begin(), context_.dag.tasks.end(), reads_context)) return;
    const auto in_scripts = named_in_scripts();
    for (const YamlNode::Entry& entry : context_.root.find("params")->entries) {
      if (names_.is_param_used(entry.key) || in_scripts.contains(to_lower_ascii(entry.key)))
        continue;
      std::string variable = entry.key;
      for (char& c : variable) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      context_.findings.add(
          Rule::unused_param, entry.key_mark,
          fmt::format("nothing in this file names the parameter {}", printable(entry.key, 70)),
          fmt::format("programs can read it as TIDEMILL_PARAM_{}", printable(variable, 70)));
    }
  }

  ParseContext& context_;
  NameChecker names_;
  int suggestions_ = kMaxSuggestions;
};

}  // namespace

void resolve_references(ParseContext& context) { ReferenceResolver(context).run(); }

}  // namespace tidemill
