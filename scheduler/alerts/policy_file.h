// The file of alerts while the daemon runs: read at the start, where a broken one is an error, and
// again whenever it changes. A new version that is broken leaves the last good one in force.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/alert/policies_parser.h"

namespace tidemill {

class PolicyFile {
 public:
  // An empty path: there is no file, and alerts are only shown.
  explicit PolicyFile(std::string path) : path_(std::move(path)) {}
  ~PolicyFile() { stop(); }
  PolicyFile(const PolicyFile&) = delete;
  PolicyFile& operator=(const PolicyFile&) = delete;

  struct Look {
    bool changed = false;  // since the look before
    std::string broken;    // the first thing that is wrong, with its place; empty = it is right
    std::vector<std::string> warnings;
  };
  // One thread at a time. What is broken is believed at the second look that finds the same, unless
  // it is the first one: an editor may be writing it.
  Look look();

  // Looks every second, and tells what changed on a thread of its own. Once, after a first look().
  void watch(std::function<void(const Look&)> changed);
  void look_now();  // any thread
  void stop();      // tells of nothing more

  // In force; null = none. Any thread.
  PoliciesPtr current() const;
  const std::string& path() const { return path_; }

 private:
  Look take(Result<std::string> text);
  void run();

  const std::string path_;
  std::string seen_;   // what the last look found: the text, or why it could not be read
  bool first_ = true;  // no look yet
  bool told_ = false;  // of what was seen

  mutable std::mutex mutex_;
  PoliciesPtr current_;
  bool stopping_ = false, asked_ = false;
  std::condition_variable wake_;
  std::function<void(const Look&)> changed_;
  std::thread thread_;
};

}  // namespace tidemill
