// What the operators of expressions do with values that are there. Errors say what is wrong without
// the place; the evaluator adds it.
#pragma once

#include "base/json.h"
#include "core/expr_node.h"

namespace tidemill {

// == != < <= > >= in + - * / %
Result<Json> apply_binary(ExprOp op, const Json& left, const Json& right);
// Unary minus.
Result<Json> negated(const Json& value);
// `item` in an array (by ==), a text in a text, a key in an object.
Result<Json> contains_item(const Json& container, const Json& item);

// Rough size of a value in memory terms: bytes of texts, plus 8 for each item or member. Bounds and
// work are counted in it.
std::size_t value_bytes(const Json& value);
// The error of a value that is larger than kMaxValueBytes.
Error too_large();

}  // namespace tidemill
