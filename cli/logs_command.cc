#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/text.h"
#include "cli/client/remote_log.h"
#include "cli/commands.h"
#include "cli/cri_text.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/load_dag.h"
#include "cli/stored_run.h"

namespace tidemill {
namespace {

// How long a follower waits for new bytes before it asks the database whether the attempt has
// ended.
constexpr int kPollMs = 250;

struct Target {
  RunId run;
  TaskIndex task = 0;
  std::string task_id;
  std::int64_t attempt = 0;
};

// The attempt whose log is wanted: by number, or the last one.
Result<std::int64_t> find_attempt(RunReader& reader, const StoredView& view, const Target& target,
                                  int number) {
  const TaskRun& task = view.live.run.tasks[target.task];
  if (task.attempts == 0) {
    return not_found(fmt::format("{0} has {3} in run {1}: it is {2}{4}", target.task_id,
                                 target.run.value, to_word(task.state),
                                 is_terminal(task.state) ? "not run" : "not started",
                                 task.reason.empty() ? "" : " (" + printable(task.reason) + ")"));
  }
  if (number == 0 || static_cast<std::uint32_t>(number) == task.attempts) return task.attempt.value;
  for (const AttemptRow& row : TRY(reader.attempts(target.run, target.task))) {
    if (row.number == static_cast<std::uint32_t>(number)) return row.attempt.value;
  }
  return not_found(
      fmt::format("{} has no attempt {}; it has 1 to {}", target.task_id, number, task.attempts));
}

// Copies what the file holds beyond what was read; false at its present end.
Result<bool> copy_more(int fd, CriText& text) {
  char buffer[65536];
  const ssize_t n = ::read(fd, buffer, sizeof buffer);
  if (n < 0 && errno == EINTR) return true;
  if (n < 0) return errno_error("cannot read the log");
  if (n == 0) return false;
  TRY(write_all(1, text.feed(std::string_view(buffer, static_cast<std::size_t>(n)))));
  return true;
}

Result<bool> has_ended(RunReader& reader, const Target& target) {
  const StoredRun stored = TRY(reader.stored_run(target.run));
  const TaskRow& row = stored.tasks[target.task];
  return row.attempt.value != target.attempt || !is_live(row.state);
}

Status follow(RunReader& reader, const Target& target, const std::string& path, CriText& text) {
  Fd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch) return errno_error("cannot watch the log");
  Fd log;
  while (true) {
    const bool ended = TRY(has_ended(reader, target));
    if (!log) log.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    while (log && TRY(copy_more(log.get(), text))) {
    }
    if (ended) return Ok{};
    if (log) ::inotify_add_watch(watch.get(), path.c_str(), IN_MODIFY);
    pollfd ready{watch.get(), POLLIN, 0};
    ::poll(&ready, 1, kPollMs);
    char events[4096];
    while (::read(watch.get(), events, sizeof events) > 0) {
    }
  }
}

Status print_whole(const std::string& path, CriText& text) {
  Fd log(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!log && errno == ENOENT) return Ok{};  // the task wrote nothing
  if (!log) return errno_error("cannot open " + path);
  while (TRY(copy_more(log.get(), text))) {
  }
  return Ok{};
}

// Until the task has started or never will.
Status wait_for_start(RunReader& reader, const Target& target, const std::string& data_dir) {
  while (true) {
    // Asked before the rows are read: those of a scheduler that has ended change no more.
    const bool runs = scheduler_is_running(data_dir);
    const StoredRun stored = TRY(reader.stored_run(target.run));
    const TaskRow& row = stored.tasks[target.task];
    if (row.attempts > 0 || is_terminal(row.state)) return Ok{};
    if (!runs) {
      return not_found(fmt::format(
          "{} has not started in run {}, and no scheduler is running that would start it",
          target.task_id, target.run.value));
    }
    ::poll(nullptr, 0, kPollMs);
  }
}

Status show(const LogsCommand& options) {
  if (client::is_named(options)) {
    client::Api api = TRY(client::Api::open(options));
    return client::print_remote_log(api, options);
  }
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  RunReader reader = TRY(open_reader(data_dir));
  Target target;
  target.run = TRY(find_run(reader, options.run));
  StoredView view = TRY(load_view(reader, target.run));
  target.task = TRY(find_task(*view.live.dag, options.task));
  target.task_id = options.task;
  if (options.follow && view.live.run.tasks[target.task].attempts == 0) {
    TRY(wait_for_start(reader, target, data_dir));
    view = TRY(load_view(reader, target.run));
  }
  target.attempt = TRY(find_attempt(reader, view, target, options.attempt));
  const std::string path = log_path(data_dir, target.run.value, target.attempt);
  CriText text({options.timestamps, probe_terminal(1)});
  return options.follow ? follow(reader, target, path, text) : print_whole(path, text);
}

}  // namespace

int run_logs(const LogsCommand& options) {
  const Status shown = show(options);
  return shown.ok() ? kExitOk : report(shown.error());
}

}  // namespace tidemill
