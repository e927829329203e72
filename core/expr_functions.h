// The functions of expressions, as one table: the checker, the evaluator and the printed reference
// all read it. Every function is pure; its result depends on its arguments alone.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.h"
#include "core/expr.h"

namespace tidemill {

// A set of ExprType, one bit each. `any` in it means that everything is taken.
using ExprTypes = std::uint8_t;

constexpr ExprTypes type_set(std::initializer_list<ExprType> types) {
  unsigned set = 0;
  for (const ExprType type : types) set |= 1u << static_cast<unsigned>(type);
  return static_cast<ExprTypes>(set);
}
inline constexpr ExprTypes kExprString = type_set({ExprType::string});
inline constexpr ExprTypes kExprContainer = type_set(
    {ExprType::string, ExprType::array, ExprType::object});
// Whether a value of static type `type` may be what `set` asks for; `any` may be everything.
bool may_hold(ExprTypes set, ExprType type);
// "string, array or object".
std::string type_names(ExprTypes set);

inline constexpr std::size_t kAnyNumberOfArguments = SIZE_MAX;

struct ExprFunction {
  std::string_view name;
  std::string_view signature;  // for people: "join(array, separator = ',') → string"
  std::string_view sentence;   // what it does
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  std::array<ExprTypes, 3> takes = {};  // by position; the last one holds for all further arguments
  ExprType returns = ExprType::any;
  // Kinds and number of the arguments are checked before. Null for `default`, which the evaluator
  // does itself, since a missing member is no error in its first argument.
  Result<Json> (*call)(std::span<const Json> arguments) = nullptr;

  ExprTypes takes_at(std::size_t position) const {
    return takes[position < takes.size() ? position : takes.size() - 1];
  }
};

// In the order of the reference page.
std::span<const ExprFunction> expr_functions();
const ExprFunction* find_function(std::string_view name);

// Static type of a value that is there.
ExprType type_of_value(const Json& value);

}  // namespace tidemill
