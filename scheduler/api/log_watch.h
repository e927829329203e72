// Tells readers of events that a log has grown, so that whoever follows one asks for lines only
// when there are some. One inotify and one thread for all logs that are followed; where the system
// gives no more watches, sizes are looked at every second instead. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/time.h"
#include "scheduler/http/event_hub.h"

namespace tidemill::api {

class LogWatch {
 public:
  explicit LogWatch(Duration forget_after = std::chrono::seconds(30));
  ~LogWatch();
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

  // Begins its thread; once, and logs may have been added before. The hub must live until stop().
  Status start(http::EventHub& hub);
  void stop();  // publishes nothing any more when it returns

  // Tells of the log in this file, whether it is there already or not, under this topic, to those
  // who may read this dag. What is written after the return is told. A topic that nobody reads is
  // forgotten after a while.
  void add(const std::string& topic, const std::string& file, const std::string& dag);

  static constexpr std::size_t kMostLogs = 1000;

 private:
  struct Log {
    std::string file, dag;
    int watch = -1;  // of inotify; -1 = none, its size is looked at
    std::int64_t told_size = -1;
    BootTime wanted_at;
  };
  void run();
  bool wait(Duration patience);
  void read_events();
  void watch(Log& log);
  void look();
  void forget(BootTime now);

  const Duration forget_after_;
  const Fd inotify_, wakeup_;
  http::EventHub* hub_ = nullptr;    // of the thread
  std::mutex mutex_;                 // guards what follows
  std::map<std::string, Log> logs_;  // by topic
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tidemill::api
