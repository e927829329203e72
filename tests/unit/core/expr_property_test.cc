// Random expressions against an oracle that shares nothing with the parser: the test makes a tree,
// computes its value itself, and writes the tree with as few parentheses as the precedence table in
// core/expr.h allows.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "core/expr.h"

namespace tidemill {
namespace {

// nullopt: the expression is an error, or (in three-valued tests) the value is not known.
using Value = std::optional<Json>;

struct Tree {
  std::string op;  // a leaf's text when there are no children
  std::vector<Tree> children;
  Value leaf;
};

int binding(const Tree& tree) {
  if (tree.children.empty()) return tree.op[0] == '-' ? 6 : 7;
  if (tree.op == "?:") return 0;
  if (tree.children.size() == 1) return 6;
  if (tree.op == "||") return 1;
  if (tree.op == "&&") return 2;
  if (tree.op == "+" || tree.op == "-") return 4;
  if (tree.op == "*" || tree.op == "/" || tree.op == "%") return 5;
  return 3;
}

std::string written(const Tree& tree, int least, bool spare) {
  std::string out;
  const int own = binding(tree);
  if (tree.children.empty()) {
    out = tree.op;
  } else if (tree.children.size() == 1) {
    out = tree.op + written(tree.children[0], 6, spare);
  } else if (tree.op == "?:") {
    out = written(tree.children[0], 1, spare) + " ? " + written(tree.children[1], 0, spare) +
          " : " + written(tree.children[2], 0, spare);
  } else {
    // Comparisons do not chain, so both of their sides bind tighter.
    out = written(tree.children[0], own == 3 ? 4 : own, spare) + " " + tree.op + " " +
          written(tree.children[1], own + 1, spare);
  }
  return own < least || (!spare && !tree.children.empty()) ? "(" + out + ")" : out;
}

Value compute(const Tree& tree);

Value arithmetic(const std::string& op, const Json& a, const Json& b) {
  if (!a.is_int() || !b.is_int()) return std::nullopt;
  __extension__ using Wide = __int128;
  const Wide x = a.as_int();
  const Wide y = b.as_int();
  if ((op == "/" || op == "%") && y == 0) return std::nullopt;
  // Doubles are left out: an inexact quotient counts as an error here, and so it is skipped.
  if (op == "/" && x % y != 0) return std::nullopt;
  const Wide r = op == "+"   ? x + y
                 : op == "-" ? x - y
                 : op == "*" ? x * y
                 : op == "/" ? x / y
                             : x % y;
  if (r > INT64_MAX || r < INT64_MIN) return std::nullopt;
  return Json(static_cast<std::int64_t>(r));
}

Value compare(const std::string& op, const Json& a, const Json& b) {
  if (op == "==") return Json(a == b);
  if (op == "!=") return Json(!(a == b));
  if (!a.is_int() || !b.is_int()) return std::nullopt;
  if (op == "<") return Json(a.as_int() < b.as_int());
  if (op == "<=") return Json(a.as_int() <= b.as_int());
  if (op == ">") return Json(a.as_int() > b.as_int());
  return Json(a.as_int() >= b.as_int());
}

Value logical(const Tree& tree) {
  const Value a = compute(tree.children[0]);
  if (!a || !a->is_bool()) return std::nullopt;
  if (a->as_bool() == (tree.op == "||")) return a;
  const Value b = compute(tree.children[1]);
  return b && b->is_bool() ? b : std::nullopt;
}

Value compute(const Tree& tree) {
  if (tree.children.empty()) return tree.leaf;
  if (tree.op == "&&" || tree.op == "||") return logical(tree);
  const Value a = compute(tree.children[0]);
  if (!a) return std::nullopt;
  if (tree.op == "?:") {
    return a->is_bool() ? compute(tree.children[a->as_bool() ? 1 : 2]) : std::nullopt;
  }
  if (tree.op == "!") return a->is_bool() ? Value(Json(!a->as_bool())) : std::nullopt;
  if (tree.children.size() == 1) return arithmetic("-", Json(0), *a);
  const Value b = compute(tree.children[1]);
  if (!b) return std::nullopt;
  return binding(tree) > 3 ? arithmetic(tree.op, *a, *b) : compare(tree.op, *a, *b);
}

class RandomTree {
 public:
  explicit RandomTree(unsigned seed) : random_(seed) {}

  Tree number(int depth) {
    if (depth == 0) return number_leaf();
    switch (pick(8)) {
      case 0:
        return number_leaf();
      case 1:
        return {"-", {number(depth - 1)}, {}};
      case 2:
        return {"?:", {truth(depth - 1), number(depth - 1), number(depth - 1)}, {}};
      default:
        return {choose({"+", "-", "*", "/", "%"}), {number(depth - 1), number(depth - 1)}, {}};
    }
  }

  Tree truth(int depth) {
    if (depth == 0) return truth_leaf();
    switch (pick(6)) {
      case 0:
        return {"!", {truth(depth - 1)}, {}};
      case 1:
        return {"?:", {truth(depth - 1), truth(depth - 1), truth(depth - 1)}, {}};
      case 2:
        return {choose({"==", "!="}), {truth(depth - 1), truth(depth - 1)}, {}};
      case 3:
        return {
            choose({"==", "!=", "<", "<=", ">", ">="}), {number(depth - 1), number(depth - 1)}, {}};
      default:
        return {choose({"&&", "||"}), {truth(depth - 1), truth(depth - 1)}, {}};
    }
  }

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

 private:
  Tree number_leaf() {
    constexpr std::array<std::int64_t, 5> kEdges = {INT64_MAX, INT64_MIN, INT64_MAX - 1, 1ll << 32,
                                                    0};
    const std::int64_t n = pick(6) == 0 ? kEdges[pick(5)] : static_cast<std::int64_t>(pick(20)) - 6;
    return {std::to_string(n), {}, Json(n)};
  }
  Tree truth_leaf() {
    const bool value = pick(2) == 0;
    return {value ? "true" : "false", {}, Json(value)};
  }
  std::string choose(std::vector<std::string> from) {
    return from[pick(static_cast<unsigned>(from.size()))];
  }

  std::mt19937 random_;
};

const ExprLookup kNothing = [](const ExprPath&) -> std::optional<Json> { return std::nullopt; };

std::string outcome(const std::string& text) {
  const auto expr = Expr::parse(text);
  if (!expr) return "parse: " + expr.error().message;
  const auto value = evaluate(*expr, kNothing);
  if (!value) return "error";
  return value->known ? value->value.dump() : "unknown";
}

TEST(ExprProperty, PrecedenceAndValuesAgreeWithTheOracle) {
  RandomTree random(2024);
  int compared = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Tree tree = i % 2 == 0 ? random.number(3) : random.truth(3);
    const std::string spare = written(tree, 0, true);
    const std::string full = written(tree, 0, false);
    ASSERT_EQ(outcome(spare), outcome(full)) << spare << "\n" << full;
    const Value expected = compute(tree);
    if (!expected) continue;
    ASSERT_EQ(outcome(spare), expected->dump()) << spare;
    ++compared;
  }
  EXPECT_GT(compared, 8'000);
}

// Three-valued logic by brute force over the names a, b, c and d.
class Formula {
 public:
  explicit Formula(unsigned seed) : random_(seed) {}

  std::string make(int depth, bool once) {
    if (depth == 0) return name(once);
    const unsigned kind = random_.pick(once ? 4 : 6);
    if (kind == 0) return name(once);
    if (kind == 1) return "!(" + make(depth - 1, once) + ")";
    const std::string left = make(depth - 1, once);
    const std::string right = make(depth - 1, once);
    if (kind == 2) return "(" + left + " && " + right + ")";
    if (kind == 3) return "(" + left + " || " + right + ")";
    if (kind == 4) return "(" + left + " == " + right + ")";
    return "(" + left + " ? " + right + " : " + make(depth - 1, once) + ")";
  }

  void forget() { next_ = 0; }
  RandomTree& random() { return random_; }

 private:
  std::string name(bool once) {
    return std::string(1, static_cast<char>('a' + (once ? next_++ : random_.pick(4))));
  }

  RandomTree random_;
  unsigned next_ = 0;
};

using Assignment = std::array<std::optional<bool>, 4>;

Value value_under(const Expr& expr, const Assignment& values) {
  const auto result = evaluate(expr, [&](const ExprPath& path) -> std::optional<Json> {
    const auto& value = values[static_cast<std::size_t>(path[0][0] - 'a')];
    return value ? std::optional<Json>(Json(*value)) : std::nullopt;
  });
  EXPECT_TRUE(result.ok());
  return result && result->known ? Value(result->value) : std::nullopt;
}

// The values of the expression over all completions, in bits: 1 = false seen, 2 = true seen.
unsigned completions(const Expr& expr, const Assignment& values) {
  unsigned seen = 0;
  for (unsigned bits = 0; bits < 16; ++bits) {
    Assignment whole = values;
    for (unsigned i = 0; i < 4; ++i) {
      if (!whole[i]) whole[i] = ((bits >> i) & 1u) != 0;
    }
    const Value value = value_under(expr, whole);
    EXPECT_TRUE(value.has_value());
    seen |= value && value->as_bool() ? 2u : 1u;
  }
  return seen;
}

void brute_force(bool once) {
  Formula formula(once ? 5 : 6);
  for (int i = 0; i < 1'500; ++i) {
    formula.forget();
    const std::string text = formula.make(once ? 2 : 3, once);
    const Expr expr = Expr::parse(text).value();
    Assignment values;
    for (auto& value : values) {
      const unsigned pick = formula.random().pick(3);
      value = pick == 2 ? std::nullopt : std::optional<bool>(pick == 1);
    }
    const unsigned seen = completions(expr, values);
    const Value value = value_under(expr, values);
    if (value) {
      EXPECT_EQ(seen, value->as_bool() ? 2u : 1u) << text;
    }
    if (once) {
      EXPECT_EQ(value.has_value(), seen != 3) << text;
    }
  }
}

TEST(ExprProperty, AKnownResultIsWhatEveryCompletionGives) { brute_force(false); }

TEST(ExprProperty, WithoutRepeatedNamesUnknownMeansThatCompletionsDiffer) { brute_force(true); }

TEST(ExprProperty, AnErrorBehindAnUnknownIsNotCertainYet) {
  const auto result = [](std::string_view text) {
    const auto value = evaluate(Expr::parse(text).value(), kNothing);
    return !value ? "error" : value->known ? value->value.dump() : "unknown";
  };
  EXPECT_EQ(result("u && 1 / 0 == 1"), "unknown");
  EXPECT_EQ(result("u || 5"), "unknown");
  EXPECT_EQ(result("1 / 0 == 1 && u"), "error");
  EXPECT_EQ(result("u && 1 / 0 == 1 && false"), "unknown");
  EXPECT_EQ(result("u ? 1 / 0 : 2"), "unknown");
  EXPECT_EQ(result("u ? 2 : 2"), "2");
  EXPECT_EQ(result("u ? 2 : 2.0"), "unknown");
  EXPECT_EQ(result("u == u"), "unknown");
  EXPECT_EQ(result("[1, u]"), "unknown");
  EXPECT_EQ(result("length(u)"), "unknown");
  EXPECT_EQ(result("u.x.y"), "unknown");
  EXPECT_EQ(result("u[0]"), "unknown");
  EXPECT_EQ(result("!u"), "unknown");
}

}  // namespace
}  // namespace tidemill
