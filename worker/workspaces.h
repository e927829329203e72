// The folders in which attempts find and leave their files:
//   <root>/<number>/{context.json, script, in/, out/}  and what the task itself makes there
// Making and removing folders costs more than starting a small task, so those that a task left
// untouched serve the next attempt as they are.
//
// Numbers are ours, never taken from outside. Used on the agent's main thread; clean() may run on
// another, for a folder that is not in use.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace tidemill {

class Workspaces {
 public:
  explicit Workspaces(std::string root) : root_(std::move(root)) {}

  // The numbers of folders that are there from before.
  Result<std::vector<std::int64_t>> open();

  // A pristine folder.
  Result<std::int64_t> take();
  // One that an attempt from before still uses.
  void take_known(std::int64_t number);
  // A touched folder is not offered again before clean().
  void set_aside(std::int64_t number);
  // Of a folder that is pristine.
  void offer(std::int64_t number) { free_.insert(number); }
  // Removes everything in a folder and makes it pristine.
  static Status clean(const std::string& path);

  // Gives back the room that a failed attempt took in the out/ of a folder.
  static Status empty_out(const std::string& path);

  std::string path(std::int64_t number) const;
  // True when something was made in the folder, or in its out/, since it was pristine.
  bool touched(std::int64_t number) const;
  Status write_context(std::int64_t number, std::string_view json);

 private:
  struct Context {
    Fd file;  // stays open, so that the next attempt's context is one write
    std::size_t bytes = 0;
  };

  const std::string root_;
  std::set<std::int64_t> free_;
  std::int64_t next_ = 1;
  std::map<std::int64_t, Context> contexts_;
};

}  // namespace tidemill
