// Named moments at which a test lets a process die, to see that nothing is lost or done twice.
// TIDEMILL_FAULT_POINT="FP11:3" makes the process kill itself (SIGKILL) when it passes FP11 for the
// third time. With TIDEMILL_FAULT_ONCE=FILE only the first process to get there dies: it makes the
// file, and processes that find it when they start are spared. Unset, which is always the case
// outside tests, a point costs one predictable branch.
// Any thread may pass; which of several that pass the same point dies is not said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace tidemill {

class FaultPlan {
 public:
  FaultPlan() {
    const char* text = std::getenv("TIDEMILL_FAULT_POINT");
    if (text == nullptr) return;
    if (const char* once = std::getenv("TIDEMILL_FAULT_ONCE")) once_ = once;
    if (!once_.empty() && ::access(once_.c_str(), F_OK) == 0) return;
    const std::string_view plan = text;
    const auto colon = plan.find(':');
    name_ = plan.substr(0, colon);
    left_ = colon == std::string_view::npos ? 1 : std::atoi(text + colon + 1);
    armed_ = true;
  }

  bool armed() const { return armed_; }
  // The next pass of `name` is the deadly one.
  bool is_next(std::string_view name) const { return armed_ && left_ == 1 && name == name_; }
  // Counts a pass; true when it is the deadly one.
  bool pass(std::string_view name) {
    if (name != name_ || --left_ != 0) return false;
    if (once_.empty()) return true;
    const int file = ::open(once_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
    return file >= 0;
  }

 private:
  bool armed_ = false;
  std::atomic<int> left_ = 0;
  std::string name_, once_;
};

inline FaultPlan fault_plan;

inline bool fault_point_next(std::string_view name) {
  return fault_plan.armed() && fault_plan.is_next(name);
}

// Counts a pass of a point where somebody else than the caller is to die.
inline bool fault_point_passed(std::string_view name) {
  return fault_plan.armed() && fault_plan.pass(name);
}

inline void fault_point(std::string_view name) {
  if (fault_point_passed(name)) ::kill(::getpid(), SIGKILL);
}

}  // namespace tidemill
