// The agent's connection to its scheduler. The main thread speaks and listens; a thread of its own
// adds a heartbeat from time to time and does nothing else, so that neither a slow disk nor a long
// turn of the main thread looks like a dead worker.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "protocol/channel.h"
#include "worker/scheduler_address.h"

namespace tidemill {

class SchedulerLink {
 public:
  SchedulerLink();
  ~SchedulerLink();
  SchedulerLink(const SchedulerLink&) = delete;
  SchedulerLink& operator=(const SchedulerLink&) = delete;

  // Main thread only.
  Status connect(const SchedulerAddress& address);
  void close();
  bool open() const { return channel_.open(); }
  int fd() const { return channel_.fd(); }
  Result<std::vector<Message>> receive();
  Result<std::string> binding() const { return channel_.binding(); }

  void send(const Message& message);
  Status flush();
  bool wants_write();
  void start_heartbeats(Duration pause);  // once the scheduler has welcomed us
  // When this heartbeat was sent on this connection; nullopt = never, or many beats ago.
  std::optional<BootTime> sent_at(std::uint64_t sequence);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;                     // guarded by mutex_
  bool beating_ = false;                      // guarded by mutex_
  Duration pause_ = std::chrono::seconds(1);  // guarded by mutex_
  std::uint64_t sequence_ = 0;                // guarded by mutex_
  std::map<std::uint64_t, BootTime> beats_;   // guarded by mutex_; the last ones, when sent
  // Guarded by mutex_, and changed by the main thread alone, which may look at it without: TLS
  // reads and writes one state.
  Channel channel_;
  std::thread thread_;
};

}  // namespace tidemill
