// Slow work on a thread of its own, in order. A chore returns what the owner is to do with its
// outcome; that runs on the owner's thread, when it calls finish().
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace tidemill {

class Chores {
 public:
  using Completion = std::function<void()>;
  using Chore = std::function<Completion()>;

  Chores();
  ~Chores();  // the chore at work is finished, the others are dropped
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

  void post(Chore chore);
  int fd() const { return event_.get(); }  // readable when finish() has something to do
  void finish();

 private:
  void run();

  Fd event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;         // guarded by mutex_
  std::deque<Chore> waiting_;     // guarded by mutex_
  std::vector<Completion> done_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tidemill
