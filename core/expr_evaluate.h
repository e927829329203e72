// Evaluation with a budget, so that a template's many expressions share one.
#pragma once

#include "core/expr.h"

namespace tidemill {

// How many bytes of values (value_bytes) may still be made.
struct ExprBudget {
  std::size_t bytes_left = kMaxWorkBytes;
};

Result<ExprValue> evaluate_within(const Expr& expr, const ExprLookup& lookup, ExprBudget& budget);

}  // namespace tidemill
