// The agent's connection to its scheduler. The main thread speaks and listens; a thread of its own
// adds a heartbeat from time to time and does nothing else, so that neither a slow disk nor a long
// turn of the main thread looks like a dead worker.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "protocol/channel.h"

namespace tidemill {

class SchedulerLink {
 public:
  explicit SchedulerLink(Duration heartbeat_pause);
  ~SchedulerLink();
  SchedulerLink(const SchedulerLink&) = delete;
  SchedulerLink& operator=(const SchedulerLink&) = delete;

  // Main thread only.
  Status connect(const std::string& socket_path);
  void close();
  bool open() const { return channel_.open(); }
  int fd() const { return channel_.fd(); }
  Result<std::vector<Message>> receive() { return channel_.receive(); }

  void send(const Message& message);
  Status flush();
  bool wants_write();
  void start_heartbeats();  // once the scheduler has welcomed us

 private:
  void run();

  const Duration pause_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;       // guarded by mutex_
  bool beating_ = false;        // guarded by mutex_
  std::uint64_t sequence_ = 0;  // guarded by mutex_
  Channel channel_;  // its sending half is guarded by mutex_; receiving is the main thread's
  std::thread thread_;
};

}  // namespace tidemill
