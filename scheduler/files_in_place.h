// Files that must stay the very ones that were opened. When somebody removes or replaces the data
// folder of a running scheduler, SQLite and the kernel go on with files that have no name any more:
// everything seems to work and nothing is kept.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tidemill {

class FilesInPlace {
 public:
  static constexpr Duration kLookEvery = std::chrono::seconds(2);

  // The file at `path` as it is now; it must exist.
  Status remember(const std::string& path);

  // Looks when it is time to. An error names the first file that is gone or another one.
  Status look(BootTime now);
  BootTime next_look() const { return next_look_; }

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  std::vector<File> files_;
  BootTime next_look_{};
};

}  // namespace tidemill
