// The folder of DAG files as it is at one moment, and a thread that notices when it changes.
//
// A look resolves the folder's own symbolic link once, so a checkout that is swapped by flipping a
// link is seen whole, the old one or the new one. A file that changes while it is read is read
// again at the next look. Every file is read at every look: one that was replaced by another of the
// same size may have the same times. What reads as before is not parsed again.
#pragma once

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
#include "scheduler/dag_files.h"

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
  struct Known {
    std::string source;            // as it was read
    std::vector<Finding> of_file;  // about the file itself, not its text
    FolderFile file;
  };
  static Known parse(const DagFile& file, const std::string& root);

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
