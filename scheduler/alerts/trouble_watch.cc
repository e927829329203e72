#include "scheduler/alerts/trouble_watch.h"

#include <sys/stat.h>

#include "scheduler/alerts/alert_book.h"
#include "scheduler/storage/alert_story_rows.h"

namespace tidemill {
namespace {

constexpr Duration kTroublesEvery = std::chrono::seconds(5);

// 0 = there is none, which is as small as it gets.
std::uint64_t size_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace

Chore TroubleWatch::chore() {
  return {kTroublesEvery, [this](Engine& engine, Now now) { look(engine, now); }, {}};
}

void TroubleWatch::look(const Engine& engine, Now now) {
  std::vector<Trouble> found = worker_troubles(engine, now);
  found.push_back(queue_trouble(engine, now));
  found.push_back(log_trouble(size_of(world_.database + "-wal"), log_is_large_));
  log_is_large_ = found.back().holds;
  if (const auto disk = world_.disk()) found.push_back(disk_trouble(*disk));
  const Status heard = look_for_silent(now, found);
  const std::string problem = heard.ok() ? "" : heard.error().message;
  if (problem != problem_ && !problem.empty()) world_.complain(problem);
  problem_ = problem;
  std::vector<TroubleNews> news = book_.look(found, now.boot);
  if (!news.empty()) tell(std::move(news), now);
}

Status TroubleWatch::look_for_silent(Now now, std::vector<Trouble>& found) {
  const auto view = world_.dags();
  if (view == nullptr) return Ok{};
  const auto last_success = [this](const std::string& dag) -> Result<WallTime> {
    auto reader = TRY(world_.readers.take());
    return end_of_last_success(*reader, dag);
  };
  std::vector<Trouble> silent = TRY(silent_.look(*view, now.wall, last_success));
  std::move(silent.begin(), silent.end(), std::back_inserter(found));
  return Ok{};
}

void TroubleWatch::tell(std::vector<TroubleNews> news, Now now) {
  Mutation mutation;
  mutation.weight = news.size();
  mutation.store = [news = std::move(news), at = now.wall, policies = world_.policies()](
                       Database& database) { return tell_troubles(database, news, policies, at); };
  mutation.done = [this](const Result<Json>& told) {
    if (told.ok()) return;
    world_.complain("alerts cannot be kept: " + told.error().message);
    book_ = {};  // so that all of it is told again
  };
  world_.mutate(std::move(mutation));
}

}  // namespace tidemill
