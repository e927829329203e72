#include "scheduler/alerts/trouble_watch.h"

#include <sys/stat.h>

#include "scheduler/alerts/alert_book.h"

namespace tidemill {
namespace {

constexpr Duration kEvery = std::chrono::seconds(5);

// 0 = there is none, which is as small as it gets.
std::uint64_t size_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace

Chore TroubleWatch::chore() {
  return {kEvery, [this](Engine& engine, Now now) { look(engine, now); }, {}};
}

void TroubleWatch::look(const Engine& engine, Now now) {
  std::vector<Trouble> found = worker_troubles(engine, now);
  found.push_back(queue_trouble(engine, now));
  found.push_back(log_trouble(size_of(world_.database + "-wal"), log_is_large_));
  log_is_large_ = found.back().holds;
  if (const auto disk = world_.disk()) found.push_back(disk_trouble(*disk));
  std::vector<TroubleNews> news = book_.look(found, now.boot);
  if (!news.empty()) tell(std::move(news), now);
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
