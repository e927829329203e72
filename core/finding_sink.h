// Collects what the checks of one file find. Bounded, because a file may hold a million mistakes.
#pragma once

#include <string>
#include <vector>

#include "core/finding.h"
#include "core/finding_rules.h"

namespace tidemill {

inline constexpr std::size_t kMaxFindings = 1000;

class FindingSink {
 public:
  // The severity is the rule's. The same rule at the same place is taken once.
  void add(Rule rule, Mark mark, std::string message, std::string hint = {});

  // True when more errors came than are kept. A check that loops over what the author wrote stops
  // then, because complaining is not free.
  bool full() const { return errors_ > kMaxFindings; }
  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  // In file order. When more than kMaxFindings came, the last one says how many were left out.
  std::vector<Finding> take();

 private:
  std::vector<Finding> findings_;
  std::size_t errors_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace tidemill
