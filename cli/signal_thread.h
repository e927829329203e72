// Turns Ctrl-C, TERM and HUP into calls, and ticks. block() must run before any other thread is
// made, so that every thread inherits the blocked signals and only this one receives them.
#pragma once

#include <functional>
#include <thread>

#include "base/time.h"

namespace tidemill {

class SignalThread {
 public:
  static void block();

  // `on_signal` gets how many came so far (1, 2, …) and the signal's name; `on_tick` is called
  // every `tick`. Both on this object's thread.
  SignalThread(std::function<void(int, const char*)> on_signal, Duration tick,
               std::function<void()> on_tick);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void loop();

  std::function<void(int, const char*)> on_signal_;
  Duration tick_;
  std::function<void()> on_tick_;
  std::thread thread_;
};

}  // namespace tidemill
