#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/fields_check.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"

// `needs:`: from names to edges.
namespace tidemill {
namespace {

constexpr std::size_t kMaxEdges = 2'000'000;

class NeedsResolver {
 public:
  explicit NeedsResolver(ParseContext& context) : context_(context), dag_(context.dag) {}

  void run() {
    for (TaskIndex i = 0; i < dag_.task_count; ++i) {
      if (const YamlNode* needs = context_.sources[i].needs) resolve(i, *needs);
    }
    std::size_t edges = 0;
    for (const TaskSpec& task : dag_.tasks) edges += task.upstream.size();
    if (edges > kMaxEdges) {
      context_.findings.add(Rule::too_many, {},
                            fmt::format("{} edges; the most is {}", edges, kMaxEdges),
                            "put a task between the two groups that are all connected");
    }
    for (TaskIndex i = 0; i < dag_.task_count; ++i) {
      for (const TaskIndex up : dag_.tasks[i].upstream) dag_.tasks[up].downstream.push_back(i);
    }
  }

 private:
  void resolve(TaskIndex task, const YamlNode& needs) {
    if (needs.kind == YamlNode::Kind::sequence) {
      std::set<std::string_view> seen;
      for (const YamlNode& item : needs.items) resolve_item(task, item, seen);
    } else if (is_clear_text(needs)) {
      resolve_text(task, needs);
    }
  }

  void resolve_item(TaskIndex task, const YamlNode& item, std::set<std::string_view>& seen) {
    if (!is_clear_text(item)) return;
    if (!seen.insert(item.text).second) {
      context_.findings.add(Rule::repeated_item, item.mark,
                            fmt::format("{} is needed twice", printable(item.text, 70)));
      return;
    }
    connect(task, item.text, item, item.mark);
  }

  // One id alone is a list of one, so that its trigger rule holds.
  void resolve_text(TaskIndex task, const YamlNode& needs) {
    const std::string_view text = trim(needs.text);
    if (text.empty()) {
      context_.findings.add(Rule::empty_value, needs.mark,
                            context_.sources[task].where + ".needs is empty", "delete it");
      return;
    }
    if (context_.find_task(text) != kNoTask) return connect(task, text, needs, needs.mark);
    auto parsed = Expr::parse_needs(needs.text);
    if (!parsed.ok()) return refuse_expression(task, needs, parsed.error().message);
    Expr expr = std::move(parsed).value();
    for (const Reference& reference : expr.references()) {
      const std::string& id = reference.path.size() > 1 ? reference.path[1] : reference.path[0];
      const auto& upstream = dag_.tasks[task].upstream;
      const TaskIndex known = context_.find_task(id);
      if (known != kNoTask && std::find(upstream.begin(), upstream.end(), known) != upstream.end())
        continue;
      connect(task, id, needs, context_.source.place(needs, reference.offset));
    }
    const bool one_word = text.find_first_of(" \t!&|()") == std::string_view::npos;
    const bool just_id = one_word && expr.references().size() == 1 &&
                         expr.references()[0].path[1] == text;
    if (!just_id) dag_.tasks[task].needs_expr = std::move(expr);
  }

  void refuse_expression(TaskIndex task, const YamlNode& needs, std::string_view message) {
    std::size_t offset = 0;
    if (message.starts_with("column ")) {
      const std::size_t colon = message.find(": ");
      offset = static_cast<std::size_t>(to_int(message.substr(7, colon - 7)).value_or(1)) - 1;
      message.remove_prefix(colon + 2);
    }
    context_.findings.add(
        Rule::bad_needs, context_.source.place(needs, offset),
        fmt::format("{}.needs: {}", context_.sources[task].where, message),
        "write a list of tasks, or an expression such as \"train.succeeded && !audit.failed\"");
  }

  void connect(TaskIndex task, std::string_view id, const YamlNode& node, Mark mark) {
    const TaskIndex up = context_.find_task(id);
    if (up == kNoTask) return refuse_unknown(task, id, mark);
    if (up == task) {
      context_.findings.add(Rule::self_dependency, mark,
                            fmt::format("{} needs itself", context_.sources[task].where),
                            "delete it");
      return;
    }
    dag_.tasks[task].upstream.push_back(up);
    context_.sources[task].needs_items.push_back(&node);
  }

  void refuse_unknown(TaskIndex task, std::string_view id, Mark mark) {
    std::string hint;
    if (id.starts_with("hook.") || id.starts_with("hooks.")) {
      hint = "hooks belong to the run and cannot be needed";
    } else if (suggestions_++ < kMaxSuggestions) {
      std::vector<std::string_view> ids;
      for (TaskIndex i = 0; i < dag_.task_count; ++i) ids.push_back(dag_.tasks[i].id);
      hint = did_you_mean(id, ids);
    }
    context_.findings.add(Rule::unknown_task, mark,
                          fmt::format("{} needs \"{}\", which is no task",
                                      context_.sources[task].where, printable(id, 70)),
                          std::move(hint));
  }

  ParseContext& context_;
  Dag& dag_;
  int suggestions_ = 0;
};

// Finds cycles by taking away what can run, again and again. Every cycle found loses one edge, and
// the search goes on, so that several independent cycles are all named.
class CycleSearch {
 public:
  explicit CycleSearch(ParseContext& context) : context_(context), dag_(context.dag) {}

  void run() {
    constexpr int kMaxCycles = 10;
    for (int i = 0; i < kMaxCycles; ++i) {
      const std::vector<TaskIndex> cycle = find();
      if (cycle.empty()) return;
      report(cycle);
    }
  }

 private:
  bool is_cut(TaskIndex up, TaskIndex down) const {
    return !cut_.empty() && cut_.contains({up, down});
  }

  // Tasks in the order of their waiting: each needs the next, the last needs the first.
  std::vector<TaskIndex> find() const {
    std::vector<std::uint32_t> open(dag_.task_count);
    std::vector<TaskIndex> ready;
    for (TaskIndex i = 0; i < dag_.task_count; ++i) {
      for (const TaskIndex up : dag_.tasks[i].upstream) open[i] += is_cut(up, i) ? 0u : 1u;
      if (open[i] == 0) ready.push_back(i);
    }
    for (std::size_t next = 0; next < ready.size(); ++next) {
      for (const TaskIndex down : dag_.tasks[ready[next]].downstream) {
        if (!is_cut(ready[next], down) && --open[down] == 0) ready.push_back(down);
      }
    }
    const auto stuck = std::find_if(open.begin(), open.end(),
                                    [](std::uint32_t n) { return n > 0; });
    if (stuck == open.end()) return {};
    return walk(static_cast<TaskIndex>(stuck - open.begin()), open);
  }

  // From a stuck task, follow stuck upstreams until one comes again.
  std::vector<TaskIndex> walk(TaskIndex from, const std::vector<std::uint32_t>& open) const {
    std::vector<TaskIndex> path;
    std::vector<std::uint32_t> position(dag_.task_count, 0);
    TaskIndex at = from;
    while (position[at] == 0) {
      path.push_back(at);
      position[at] = static_cast<std::uint32_t>(path.size());
      for (const TaskIndex up : dag_.tasks[at].upstream) {
        if (open[up] == 0 || is_cut(up, at)) continue;
        at = up;
        break;
      }
    }
    return {path.begin() + position[at] - 1, path.end()};
  }

  void report(std::vector<TaskIndex> cycle) {
    // Start with the task that stands first in the file.
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    const TaskIndex first = cycle[0];
    const TaskIndex up = cycle[1 % cycle.size()];
    cut_.insert({up, first});
    const auto& upstream = dag_.tasks[first].upstream;
    const auto item = static_cast<std::size_t>(std::find(upstream.begin(), upstream.end(), up) -
                                               upstream.begin());
    context_.findings.add(Rule::cycle, context_.sources[first].needs_items[item]->mark,
                          "these tasks wait for each other: " + path_text(cycle),
                          "one of them must not need the next");
  }

  std::string path_text(const std::vector<TaskIndex>& cycle) const {
    constexpr std::size_t kShown = 20;
    std::string out;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      if (cycle.size() > kShown && i == kShown / 2) {
        out += fmt::format("… ({} more) … → ", cycle.size() - kShown);
        i = cycle.size() - kShown / 2;
      }
      out += dag_.tasks[cycle[i]].id + " → ";
    }
    return out + dag_.tasks[cycle[0]].id;
  }

  ParseContext& context_;
  const Dag& dag_;
  std::set<std::pair<TaskIndex, TaskIndex>> cut_;
};

}  // namespace

void resolve_needs(ParseContext& context) {
  const std::size_t errors = context.findings.errors();
  NeedsResolver(context).run();
  CycleSearch(context).run();
  context.broken_graph = context.findings.errors() > errors;
}

}  // namespace tidemill
