#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

#include "base/text.h"
#include "core/expr.h"

namespace tidemill {
namespace {

using States = std::map<std::string, TaskState, std::less<>>;

std::string parsed(std::string_view text) {
  const auto expr = Expr::parse_needs(text);
  if (!expr) return "error: " + expr.error().message;
  std::string out;
  for (const Reference& reference : expr->references()) {
    out += reference.path[1] + ":" + reference.path[2] + "@" + std::to_string(reference.offset) +
           " ";
  }
  return out;
}

std::string decided(std::string_view text, const States& states) {
  const Expr expr = Expr::parse_needs(text).value();
  const auto value = decide_needs(expr,
                                  [&](std::string_view id) { return states.find(id)->second; });
  return !value ? "open" : *value ? "true" : "false";
}

TEST(Needs, OperandsAreIdsWithAnOptionalWord) {
  EXPECT_EQ(parsed("train"), "train:succeeded@0 ");
  EXPECT_EQ(parsed("train.succeeded && !audit.failed"), "train:succeeded@0 audit:failed@20 ");
  EXPECT_EQ(parsed("(a || b.done) && !(c.skipped || d.upstream_failed || e.cancelled)"),
            "a:succeeded@1 b:done@6 c:skipped@19 d:upstream_failed@32 e:cancelled@53 ");
  EXPECT_EQ(parsed("  a&&b  "), "a:succeeded@2 b:succeeded@5 ");
}

TEST(Needs, ADashOrDotIsPartOfTheId) {
  EXPECT_EQ(parsed("a-b"), "a-b:succeeded@0 ");
  EXPECT_EQ(parsed("a-b.failed || 1.2-x"), "a-b:failed@0 1.2-x:succeeded@14 ");
  EXPECT_EQ(parsed("v1.2"), "v1.2:succeeded@0 ");
  EXPECT_EQ(parsed("v1.2.done"), "v1.2:done@0 ");
  EXPECT_EQ(parsed("x.failed.succeeded"), "x.failed:succeeded@0 ");
  EXPECT_EQ(parsed("x.success"), "x.success:succeeded@0 ");
  EXPECT_EQ(parsed("failed"), "failed:succeeded@0 ");
  EXPECT_EQ(parsed("x."), "x.:succeeded@0 ");
  EXPECT_EQ(parsed("true"), "true:succeeded@0 ");
}

TEST(Needs, RefusesEverythingElse) {
  for (const char* text :
       {"",      " ",    "&&",        "a &&",      "|| a",  "a b",       "a and b",
        "!",     "(a",   "a)",        "()",        "a & b", "a | b",     "a == b",
        "a - b", "-a",   ".a",        "'a'",       "a + b", "a ? b : c", "tasks['a']",
        "f(a)",  "a, b", "a && || b", "a\xC3\xA9", "\xff",  "a/b",       "../x"}) {
    EXPECT_TRUE(parsed(text).starts_with("error: column ")) << text << " " << parsed(text);
  }
  EXPECT_FALSE(Expr::parse_needs(std::string_view("a\0", 2)));
  EXPECT_FALSE(Expr::parse_needs(std::string(65, 'a')));
  EXPECT_TRUE(Expr::parse_needs(fmt::format("{}.failed", std::string(64, 'a'))));
  EXPECT_EQ(parsed("a and b").substr(0, 53),
            "error: column 3: expected && or ||, not 'and'; `needs");
}

TEST(Needs, DepthAndSizeAreBounded) {
  const auto repeat = [](std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
  };
  EXPECT_TRUE(Expr::parse_needs(repeat("(", 30) + "a" + repeat(")", 30)));
  EXPECT_FALSE(Expr::parse_needs(repeat("(", 2000) + "a" + repeat(")", 2000)));
  EXPECT_FALSE(Expr::parse_needs(repeat("!", 3000) + "a"));
  EXPECT_FALSE(Expr::parse_needs(repeat("!(", 20) + "a" + repeat(")", 20)));
  EXPECT_TRUE(Expr::parse_needs("a" + repeat("&&a", 1300)));
  EXPECT_FALSE(Expr::parse_needs("a" + repeat("&&a", 1400)));
}

TEST(Needs, TasksAreListedOnceInOrder) {
  EXPECT_EQ(needs_tasks(Expr::parse_needs("b && (a.failed || b.done) && c-d").value()),
            (std::vector<std::string>{"b", "a", "c-d"}));
}

TEST(Needs, DecidesAsEarlyAsItIsCertain) {
  const States states = {{"ok", TaskState::succeeded},     {"bad", TaskState::failed},
                         {"skip", TaskState::skipped},     {"up", TaskState::upstream_failed},
                         {"stop", TaskState::cancelled},   {"run", TaskState::running},
                         {"retry", TaskState::retry_wait}, {"wait", TaskState::waiting}};
  EXPECT_EQ(decided("ok && !bad", states), "true");
  EXPECT_EQ(decided("run", states), "open");
  EXPECT_EQ(decided("run.done", states), "open");
  EXPECT_EQ(decided("retry.failed", states), "open");
  EXPECT_EQ(decided("!wait.failed", states), "open");
  EXPECT_EQ(decided("bad && run", states), "false");
  EXPECT_EQ(decided("run && bad", states), "false");
  EXPECT_EQ(decided("run || ok", states), "true");
  EXPECT_EQ(decided("!(run && bad)", states), "true");
  EXPECT_EQ(decided("ok && run", states), "open");
  EXPECT_EQ(decided("ok.done && bad.done && skip.done && up.done && stop.done", states), "true");
  EXPECT_EQ(decided("skip.skipped && up.upstream_failed && stop.cancelled && bad.failed", states),
            "true");
  EXPECT_EQ(decided("up.failed || stop.failed || skip.succeeded", states), "false");
}

// Random formulas over four tasks. Whatever is decided early must be what every way of ending
// leads to; and of formulas that name no task twice, nothing may be decided late.
class RandomNeeds {
 public:
  explicit RandomNeeds(unsigned seed) : random_(seed) {}

  std::string formula(int depth, bool once) {
    const unsigned kind = depth == 0 ? 0 : pick(4);
    if (kind == 0) return operand(once);
    if (kind == 1) return fmt::format("!({})", formula(depth - 1, once));
    const std::string left = formula(depth - 1, once);
    return fmt::format("({} {} {})", left, kind == 2 ? "&&" : "||", formula(depth - 1, once));
  }

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  void forget() { next_ = 0; }

 private:
  std::string operand(bool once) {
    constexpr std::array<const char*, 6> kWords = {"succeeded",       "failed",    "skipped",
                                                   "upstream_failed", "cancelled", "done"};
    // `done` is true however a task ends, so only values that may differ are used for lateness.
    const unsigned task = once ? next_++ : pick(4);
    return fmt::format("t{}.{}", task, kWords[pick(once ? 5 : 6)]);
  }

  std::mt19937 random_;
  unsigned next_ = 0;
};

constexpr std::array<TaskState, 5> kEnds = {TaskState::succeeded, TaskState::failed,
                                            TaskState::skipped, TaskState::upstream_failed,
                                            TaskState::cancelled};

// All values that the formula may still come to.
std::pair<bool, bool> reachable(const Expr& expr, std::vector<TaskState> states) {
  std::pair<bool, bool> seen = {false, false};
  const auto open = std::find(states.begin(), states.end(), TaskState::running);
  if (open == states.end()) {
    const auto value = decide_needs(expr, [&](std::string_view id) {
      return states[static_cast<std::size_t>(*to_int(id.substr(1)))];
    });
    EXPECT_TRUE(value.has_value());
    (value.value_or(false) ? seen.first : seen.second) = true;
    return seen;
  }
  for (const TaskState end : kEnds) {
    *open = end;
    const auto [can_be_true, can_be_false] = reachable(expr, states);
    seen.first = seen.first || can_be_true;
    seen.second = seen.second || can_be_false;
  }
  return seen;
}

void expect_early_and_right(bool once) {
  RandomNeeds random(once ? 11 : 12);
  for (int i = 0; i < 400; ++i) {
    random.forget();
    const std::string text = random.formula(2, once);
    const Expr expr = Expr::parse_needs(text).value();
    std::vector<TaskState> states(4);
    for (TaskState& state : states)
      state = random.pick(2) == 0 ? TaskState::running : kEnds[random.pick(5)];
    const auto value = decide_needs(expr, [&](std::string_view id) {
      return states[static_cast<std::size_t>(*to_int(id.substr(1)))];
    });
    const auto [can_be_true, can_be_false] = reachable(expr, states);
    if (value) {
      EXPECT_FALSE(*value ? can_be_false : can_be_true) << text;
    }
    if (once) {
      EXPECT_EQ(value.has_value(), can_be_true != can_be_false) << text;
    }
  }
}

TEST(Needs, EarlyDecisionsAreWhatEveryEndingLeadsTo) { expect_early_and_right(false); }

TEST(Needs, NothingIsDecidedLate) { expect_early_and_right(true); }

TEST(DecideNeedsDeathTest, AnExpressionOfTheOtherGrammarIsABug) {
  const auto decide = [](std::string_view text) {
    (void)decide_needs(Expr::parse(text).value(),
                       [](std::string_view) { return TaskState::succeeded; });
  };
  for (const char* text : {"params.x", "tasks.a.outputs.rows", "1 + 2", "true", "'a' == 'b'"}) {
    EXPECT_DEATH(decide(text), "CHECK failed") << text;
  }
  EXPECT_DEATH((void)decide_needs(Expr(), [](std::string_view) { return TaskState::failed; }),
               "CHECK failed");
}

}  // namespace
}  // namespace tidemill
