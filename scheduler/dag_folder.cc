#include "scheduler/dag_folder.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/dag_triggers.h"
#include "core/finding_sink.h"
#include "scheduler/dag_text.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE |
                                   IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;

bool same_findings(const std::vector<Finding>& a, const std::vector<Finding>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Finding& x, const Finding& y) {
    return x.rule == y.rule && x.mark.line == y.mark.line && x.message == y.message;
  });
}

bool same_file(const FolderFile& a, const FolderFile& b) {
  if (a.path != b.path || a.directory != b.directory || a.name != b.name) return false;
  if ((a.dag == nullptr) != (b.dag == nullptr)) return false;
  if (a.dag != nullptr && a.dag->content_hash != b.dag->content_hash) return false;
  return same_findings(a.findings, b.findings);
}

bool same_state(const FolderState& a, const FolderState& b) {
  return a.root == b.root && a.problem == b.problem &&
         std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(), same_file);
}

// A name for a file that cannot have its own; it stands in addresses of the API, which take no `/`.
std::string name_of_path(std::string path) {
  std::replace(path.begin(), path.end(), '/', ':');
  return path;
}

// Two files of one name: only the first, by path, is that dag.
void refuse_doubles(FolderState& state) {
  std::map<std::string, std::string> owners;
  for (FolderFile& file : state.files) {
    if (file.dag == nullptr) continue;
    const auto [owner, is_first] = owners.emplace(file.name, file.path);
    if (is_first) continue;
    FindingSink sink;
    sink.add(Rule::duplicate_dag, {},
             fmt::format("the name {} is taken by {}", file.name, owner->second),
             "give one of the two another `name:`");
    for (Finding& finding : sink.take()) file.findings.push_back(std::move(finding));
    file.dag = nullptr;
    file.name = name_of_path(file.path);
  }
  // A broken file goes by its stem, which may be the name of a good one elsewhere.
  for (FolderFile& file : state.files) {
    if (file.dag != nullptr) continue;
    if (!owners.emplace(file.name, file.path).second) file.name = name_of_path(file.path);
  }
}

// DAGs that start each other without end are refused, each of them.
void check_triggers(FolderState& state) {
  std::vector<DagPtr> dags;
  std::vector<std::string> broken;
  for (const FolderFile& file : state.files) {
    dags.push_back(file.dag);
    if (file.dag == nullptr) broken.push_back(file.name);
  }
  for (DagTriggerFinding& found : check_dag_triggers(dags, broken)) {
    FolderFile& file = state.files[found.dag];
    if (found.finding.severity == Severity::error) file.dag = nullptr;
    file.findings.push_back(std::move(found.finding));
  }
}

}  // namespace

DagFolder::Known DagFolder::parse(const DagFile& file, const std::string& root) {
  const fs::path path(file.path);
  FolderFile fresh;
  fresh.path = path.lexically_relative(root).string();
  fresh.directory = path.parent_path().string();
  fresh.name = path.stem().string();
  fresh.findings = file.findings;
  if (file.readable) {
    ParsedDag parsed = check_dag_text(file.source, fresh.name, fresh.directory);
    fresh.dag = std::move(parsed.dag);
    if (fresh.dag != nullptr) fresh.name = fresh.dag->name;
    for (Finding& finding : parsed.findings) fresh.findings.push_back(std::move(finding));
    if (has_errors(fresh.findings)) fresh.dag = nullptr;
  }
  return {file.source, file.findings, std::move(fresh)};
}

FolderState DagFolder::look() {
  FolderState state;
  unsettled_ = false;
  std::error_code failed;
  const fs::path root = fs::canonical(root_, failed);
  if (failed) {
    state.problem = fmt::format("the folder of DAG files, {}, cannot be read: {}", root_,
                                failed.message());
    return state;
  }
  state.root = root.string();
  const auto found = find_dag_files({state.root});
  if (!found.ok() && found.error().code != ErrorCode::not_found) {
    state.problem = found.error().message;
    return state;
  }
  std::map<std::string, Known> before = std::exchange(known_, {});
  if (!found.ok()) return state;  // no files: an empty folder
  for (const DagFile& file : found->files) {
    const auto known = before.find(file.path);
    const bool settled = file.settled || !file.readable;
    if (!settled) unsettled_ = true;
    const bool as_before = known != before.end() && known->second.source == file.source &&
                           same_findings(known->second.of_file, file.findings);
    if (as_before || (!settled && known != before.end())) {
      known_.insert(before.extract(known));
    } else if (settled) {
      known_[file.path] = parse(file, state.root);
    }
  }
  for (const auto& [path, known] : known_) state.files.push_back(known.file);
  refuse_doubles(state);
  check_triggers(state);
  return state;
}

FolderWatcher::FolderWatcher(std::string root, std::function<void(FolderState)> changed)
    : root_(root),
      folder_(std::move(root)),
      changed_(std::move(changed)),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { watch(); }) {}

FolderWatcher::~FolderWatcher() {
  stopping_ = true;
  look_now();
  thread_.join();
}

void FolderWatcher::look_now() {
  const std::uint64_t one = 1;
  (void)!::write(wakeup_.get(), &one, sizeof one);
}

// Watches are cheap to add again: the kernel knows each inode once. The parent of the root is
// watched for the flip of a link.
void FolderWatcher::watch_tree(const std::string& resolved) {
  std::error_code failed;
  const fs::path parent = fs::path(root_).lexically_normal().parent_path();
  if (!parent.empty()) ::inotify_add_watch(inotify_.get(), parent.c_str(), kChanges | IN_ONLYDIR);
  if (resolved.empty()) return;
  ::inotify_add_watch(inotify_.get(), resolved.c_str(), kChanges | IN_ONLYDIR);
  for (auto entry = fs::recursive_directory_iterator(
           resolved, fs::directory_options::skip_permission_denied, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    if (!entry->is_directory(failed) || entry->is_symlink(failed)) continue;
    if (entry->path().filename().string().starts_with(".")) {
      entry.disable_recursion_pending();
      continue;
    }
    ::inotify_add_watch(inotify_.get(), entry->path().c_str(), kChanges | IN_ONLYDIR);
  }
}

void FolderWatcher::watch() {
  FolderState last;
  bool first = true;
  while (!stopping_) {
    // Watching begins before the look, so that nothing changes unseen between the two.
    watch_tree(first ? std::string() : last.root);
    FolderState state = folder_.look();
    if (state.root != last.root) {
      watch_tree(state.root);
      state = folder_.look();
    }
    if (first || !same_state(state, last)) {
      last = state;
      changed_(std::move(state));
    }
    first = false;
    wait();
  }
}

void FolderWatcher::wait() {
  pollfd ready[2] = {{inotify_.get(), POLLIN, 0}, {wakeup_.get(), POLLIN, 0}};
  const auto patience = folder_.unsettled()
                            ? std::chrono::milliseconds(kSettle)
                            : std::chrono::duration_cast<std::chrono::milliseconds>(kAtLeast);
  ::poll(ready, 2, static_cast<int>(patience.count()));
  if (stopping_) return;
  if (ready[0].revents != 0) ::poll(&ready[1], 1, static_cast<int>(kSettle.count()));
  alignas(inotify_event) char events[16384];
  while (::read(inotify_.get(), events, sizeof events) > 0) {
  }
  std::uint64_t count = 0;
  (void)!::read(wakeup_.get(), &count, sizeof count);
}

}  // namespace tidemill
