// What happened, one line per event: hashed always (two runs of one seed must agree), printed when
// asked for. Also where checkers report: the first broken promise ends the simulation.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/hash.h"
#include "tests/sim/timeline.h"

namespace tidemill::sim {

class Trace {
 public:
  Trace(const Timeline& timeline, bool verbose) : timeline_(timeline), verbose_(verbose) {}

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{:>12} ", timeline_.now_us());
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    hash_ = hash64(text_, hash_);
    ++lines_;
    if (verbose_) fmt::print("{}\n", text_);
  }
  template <typename... Args>
  void broken(fmt::format_string<Args...> format, Args&&... args) {
    if (!problem_.empty()) return;
    problem_ = fmt::format(format, std::forward<Args>(args)...);
    line("BROKEN {}", problem_);
  }

  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }
  std::uint64_t hash() const { return hash_; }
  std::int64_t lines() const { return lines_; }

 private:
  const Timeline& timeline_;
  bool verbose_;
  std::uint64_t hash_ = 0;
  std::int64_t lines_ = 0;
  std::string problem_;
  std::string text_;
};

}  // namespace tidemill::sim
