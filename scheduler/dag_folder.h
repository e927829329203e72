// The folder of DAG files as it is at one moment, and a thread that notices when it changes.
//
// A look resolves the folder's own symbolic link once, so a checkout that is swapped by flipping a
// link is seen whole, the old one or the new one. A file that changes while it is read is read
// again at the next look. Files whose size, inode and times are as before are not parsed again.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "core/dag.h"
#include "core/finding.h"

namespace tidemill {

struct FolderFile {
  std::string path;       // relative to the folder
  std::string directory;  // absolute and resolved; where its tasks run
  std::string name;       // of the dag; the file's stem when the file is broken
  DagPtr dag;             // null when the file is broken
  std::vector<Finding> findings;
};

struct FolderState {
  std::string root;  // as resolved for this look
  std::vector<FolderFile> files;
  std::string problem;  // why the folder could not be looked at; files is empty then
};

class DagFolder {
 public:
  explicit DagFolder(std::string root) : root_(std::move(root)) {}

  // One thread at a time. Never fails as a whole: see FolderState::problem.
  FolderState look();
  // True when the last look met a file that changed meanwhile: look again soon.
  bool unsettled() const { return unsettled_; }

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Known {
    Stamp stamp;
    FolderFile file;
  };
  static Stamp stamp_of(const std::string& path);
  void take(const std::string& root, const std::string& path, FolderState& state);

  std::string root_;
  bool unsettled_ = false;
  std::map<std::string, Known> known_;  // by absolute path
};

// Looks at start, when inotify says that something changed (after a pause of kSettle, at most every
// kSettle), and every kAtLeast in any case, because network file systems say nothing.
class FolderWatcher {
 public:
  static constexpr auto kSettle = std::chrono::milliseconds(100);
  static constexpr auto kAtLeast = std::chrono::seconds(10);

  // `changed` is called on this object's thread with every state that differs from the one before.
  FolderWatcher(std::string root, std::function<void(FolderState)> changed);
  ~FolderWatcher();
  FolderWatcher(const FolderWatcher&) = delete;
  FolderWatcher& operator=(const FolderWatcher&) = delete;

  void look_now();  // any thread

 private:
  void watch();
  void watch_tree(const std::string& root);
  void wait();

  std::string root_;
  DagFolder folder_;
  std::function<void(FolderState)> changed_;
  Fd inotify_, wakeup_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tidemill
