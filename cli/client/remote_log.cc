#include "cli/client/remote_log.h"

#include <fmt/format.h>

#include "base/fd.h"
#include "cli/client/event_stream.h"
#include "cli/client/fields.h"
#include "cli/cri_text.h"
#include "cli/terminal.h"

namespace tidemill::client {
namespace {

constexpr const char* kPieceBytes = "1048576";

// As it is stored, so that it is shown as logs of this machine are.
std::string cri_line(const Json& line) {
  return fmt::format("{} {} {} {}\n", text_at(line, "time"), text_at(line, "stream"),
                     flag_at(line, "partial") ? "P" : "F", text_at(line, "text"));
}

// Until the task has started or never will.
Status wait_for_start(Api& api, const std::string& task, std::int64_t run) {
  EventFollower follower;
  follower.topics = fmt::format("run:{}", run);
  follower.load = [&]() -> Result<bool> {
    const Json json = TRY(api.get(task));
    return int_at(json, "attempts") > 0 || has_value(json, "ended_at");
  };
  follower.on_event = [&](const SseEvent& event) -> Result<bool> {
    return event.type == "progress" ? false : TRY(follower.load());
  };
  TRY(follow_events(api, follower));
  return Ok{};
}

// One log, from its beginning to where it is now.
class Reading {
 public:
  Reading(Api& api, std::string task, const LogsCommand& options)
      : api_(api),
        task_(std::move(task)),
        attempt_(options.attempt == 0 ? "" : std::to_string(options.attempt)),
        text_({options.timestamps, probe_terminal(1)}) {}

  // Prints what there is now; true when nothing will be added.
  Result<bool> catch_up() {
    while (true) {
      const Json piece = TRY(api_.get(
          task_ + "/log" +
          query_of(
              {{"attempt", attempt_}, {"from", std::to_string(from_)}, {"bytes", kPieceBytes}})));
      // A retry that begins meanwhile is another log.
      attempt_ = std::to_string(int_at(piece, "attempt"));
      std::string lines;
      for (const Json& line : array_at(piece, "lines")) lines += cri_line(line);
      TRY(write_all(1, text_.feed(lines)));
      const std::int64_t next = std::max(int_at(piece, "next"), from_);
      if (next == from_) return flag_at(piece, "ended");
      from_ = next;
    }
  }
  const std::string& attempt() const { return attempt_; }

 private:
  Api& api_;
  const std::string task_;
  std::string attempt_;
  CriText text_;
  std::int64_t from_ = 0;
};

}  // namespace

Status print_remote_log(Api& api, const LogsCommand& options) {
  const std::int64_t run = TRY(api.find_run(options.run));
  const std::string task = path_of({"runs", std::to_string(run), "tasks", options.task});
  if (options.follow) TRY(wait_for_start(api, task, run));
  Reading reading(api, task, options);
  if (TRY(reading.catch_up()) || !options.follow) return Ok{};
  // It is told when the log grows, and when the attempt ends.
  EventFollower follower;
  follower.topics = fmt::format("log:{}/{}/{},run:{}", run, options.task, reading.attempt(), run);
  follower.load = [&] { return reading.catch_up(); };
  follower.on_event = [&](const SseEvent& event) -> Result<bool> {
    return event.type == "progress" ? false : TRY(reading.catch_up());
  };
  TRY(follow_events(api, follower));
  return Ok{};
}

}  // namespace tidemill::client
