#include "worker/ferry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"
#include "worker/object_cache.h"

namespace tidemill {
namespace {

// The other half of what a worker may have on the way is for answers that are late.
constexpr std::size_t kAhead = message::kMaxPiecesAhead / 2;
// Between looks at a log that grows, and between tries of what the other side did not take.
constexpr Duration kLookPause = std::chrono::milliseconds(250);
constexpr Duration kRetryPause = std::chrono::seconds(1);
// Between looks at what is kept of artifacts, and how long what was wanted stays: as long as a slow
// network may take from the first input of a task to its last.
constexpr Duration kTrimPause = std::chrono::minutes(10);
constexpr Duration kWanted = std::chrono::hours(6);

std::uint64_t file_size(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

std::string read_piece(const std::string& path, std::uint64_t offset) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return {};  // a task that wrote nothing has no log
  std::string bytes(message::kMaxPieceBytes, '\0');
  const ssize_t n = ::pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return bytes;
}

Status append_piece(const std::string& path, const std::string& bytes, bool first) {
  TRY(make_directories(path.substr(0, path.rfind('/')), true));
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (first ? O_TRUNC : 0);
  const Fd file(::open(path.c_str(), flags, 0600));
  if (!file) return errno_error("cannot open " + path);
  return write_all(file.get(), bytes);
}

}  // namespace

std::string Ferry::log_path(RunId run, AttemptId attempt) const {
  return fmt::format("{}/logs/{}/{}.log", data_, run.value, attempt.value);
}

std::string Ferry::object_path(const std::string& hash) const {
  return fmt::format("{}/objects/{}/{}", data_, hash.substr(0, 2), hash);
}

Ferry::Trip* Ferry::find(std::list<Trip>& trips, AttemptId attempt) {
  const auto found = std::find_if(trips.begin(), trips.end(),
                                  [&](const Trip& trip) { return trip.attempt == attempt; });
  return found == trips.end() ? nullptr : &*found;
}

void Ferry::close(std::list<Trip>& trips, AttemptId attempt, const std::string& hash,
                  const Status& outcome) {
  const auto found = std::find_if(trips.begin(), trips.end(),
                                  [&](const Trip& trip) { return trip.attempt == attempt; });
  if (found == trips.end()) return;
  found->open.erase(hash);
  if (!outcome.ok() && found->outcome.ok()) found->outcome = outcome;
  if (!found->ends || !found->open.empty()) return;
  // It may come back to us.
  const Trip ended = std::move(*found);
  trips.erase(found);
  ended.done(ended.outcome);
}

// Out --------------------------------------------------------------------------------------------

void Ferry::follow_log(AttemptId attempt, RunId run) {
  const bool known = std::any_of(loads_.begin(), loads_.end(), [&](const Load& load) {
    return load.attempt == attempt && load.hash.empty();
  });
  if (known || find(out_, attempt) != nullptr) return;
  Load load{attempt, "", log_path(run, attempt), 0, {}, false, true, {}};
  loads_.push_back(std::move(load));
}

void Ferry::finish(AttemptId attempt, RunId run, const std::vector<Artifact>& artifacts,
                   std::function<void(Status)> done) {
  if (find(out_, attempt) != nullptr) return;
  follow_log(attempt, run);
  for (Load& load : loads_) {
    if (load.attempt != attempt) continue;
    load.grows = false;
    load.pause_until = {};
  }
  Trip& trip = out_.emplace_back();
  trip.attempt = attempt;
  trip.done = std::move(done);
  trip.open.insert("");
  for (const Artifact& artifact : artifacts) {
    if (artifact.is_directory) {
      const auto files = objects_.files_of(artifact.hash);
      if (!files.ok()) trip.outcome = files.error();
      if (files.ok()) {
        for (const std::string& hash : *files) add_object(trip, hash);
      }
    }
    add_object(trip, artifact.hash);
  }
  trip.ends = true;
}

void Ferry::add_object(Trip& trip, const std::string& hash) {
  if (!trip.open.insert(hash).second) return;
  const std::string path = object_path(hash);
  want_object(path);
  loads_.push_back({trip.attempt, hash, path, file_size(path), {}, false, false, {}});
}

bool Ferry::is_complete(const Load& load, std::uint64_t size) const {
  if (!load.hash.empty()) return size >= load.total;
  return !load.grows && size >= file_size(load.path);
}

void Ferry::advance(Load& load) {
  message::Piece piece{load.attempt, load.hash, load.there.value_or(0), load.total, {}};
  if (load.there) {
    if (!load.hash.empty()) want_object(load.path);
    piece.bytes = read_piece(load.path, *load.there);
    // One that has ended is closed by the answer.
    if (piece.bytes.empty() && load.grows) {
      load.pause_until = system_now().boot + kLookPause;
      return;
    }
  }
  load.asked = true;
  send_(piece);
}

void Ferry::on_received(const message::Received& received) {
  const Status outcome = received.problem.empty() ? Status(Ok{}) : invalid(received.problem);
  if (!outcome.ok()) close_order(received.attempt, received.hash, outcome);
  const auto load = std::find_if(loads_.begin(), loads_.end(), [&](const Load& each) {
    return each.attempt == received.attempt && each.hash == received.hash;
  });
  if (load == loads_.end()) return;
  load->asked = false;
  if (!outcome.ok() || is_complete(*load, received.size)) {
    return close_load(received.attempt, received.hash, outcome);
  }
  if (load->there == received.size) load->pause_until = system_now().boot + kRetryPause;
  load->there = received.size;
}

void Ferry::close_load(AttemptId attempt, const std::string& hash, Status outcome) {
  loads_.remove_if([&](const Load& load) { return load.attempt == attempt && load.hash == hash; });
  if (hash.empty() && !outcome.ok()) {
    // An end is reported also when nobody wants its log.
    outcome = Ok{};
    unwanted_logs_.insert(attempt);
  }
  close(out_, attempt, hash, outcome);
}

void Ferry::discard_log(AttemptId attempt, RunId run) {
  if (unwanted_logs_.erase(attempt) > 0) return;
  const std::string path = log_path(run, attempt);
  ::unlink(path.c_str());
  ::rmdir(path.substr(0, path.rfind('/')).c_str());  // when it was the last
}

// In ---------------------------------------------------------------------------------------------

void Ferry::fetch(AttemptId attempt, const std::vector<RenderedInput>& inputs,
                  std::function<void(Status)> done) {
  Trip& trip = in_.emplace_back();
  trip.attempt = attempt;
  trip.done = std::move(done);
  for (const RenderedInput& input : inputs) add_order(trip, input.hash, input.is_directory);
  trip.ends = true;
  if (!trip.open.empty()) return;
  const Trip ended = std::move(trip);
  in_.pop_back();
  ended.done(ended.outcome);
}

void Ferry::add_order(Trip& trip, const std::string& hash, bool is_listing) {
  if (trip.open.contains(hash)) return;
  if (want_object(object_path(hash))) {
    const auto files = is_listing ? objects_.files_of(hash)
                                  : Result<std::vector<std::string>>(std::vector<std::string>());
    if (!files.ok()) {
      trip.outcome = files.error();
      return;
    }
    for (const std::string& file : *files) add_order(trip, file, false);
    return;
  }
  trip.open.insert(hash);
  const std::string path = fmt::format("{}/objects/incoming/{}", data_, ++next_file_);
  orders_.push_back({trip.attempt, hash, path, is_listing, false, false, 0});
}

void Ferry::on_piece(const message::Piece& piece) {
  const auto order = std::find_if(orders_.begin(), orders_.end(), [&](const Order& each) {
    return each.attempt == piece.attempt && each.hash == piece.hash;
  });
  if (order == orders_.end() || order->whole) return;
  order->asked = false;
  if (piece.offset != order->here) return;
  const Status written = append_piece(order->path, piece.bytes, order->here == 0);
  if (!written.ok()) return close_order(piece.attempt, piece.hash, written);
  order->here += piece.bytes.size();
  if (order->here >= piece.total) keep(*order);
}

void Ferry::keep(Order& order) {
  order.whole = true;
  files_.post([this, order]() -> Chores::Completion {
    Status kept = objects_.adopt(order.path, order.hash);
    ::unlink(order.path.c_str());
    return [this, order, kept] {
      Trip* trip = find(in_, order.attempt);
      if (kept.ok() && order.is_listing && trip != nullptr) {
        trip->open.erase(order.hash);
        add_order(*trip, order.hash, true);
      }
      close_order(order.attempt, order.hash, kept);
    };
  });
}

void Ferry::close_order(AttemptId attempt, const std::string& hash, Status outcome) {
  orders_.remove_if(
      [&](const Order& order) { return order.attempt == attempt && order.hash == hash; });
  close(in_, attempt, hash, outcome);
}

void Ferry::trim(std::uint64_t limit) {
  const Now now = system_now();
  if (now.boot < next_trim_) return;
  next_trim_ = now.boot + kTrimPause;
  const CacheRules rules{limit, now.wall - kWanted};
  files_.post([root = data_ + "/objects", rules]() -> Chores::Completion {
    const auto removed = trim_objects(root, rules);
    if (removed.ok()) return [] {};
    return [error = removed.error()] {
      fmt::print(stderr, "tidemill worker: old artifacts stay: {}\n", error.message);
    };
  });
}

// Both -------------------------------------------------------------------------------------------

void Ferry::reconnected() {
  for (Load& load : loads_) {
    load.asked = false;
    load.there.reset();
  }
  for (Order& order : orders_) order.asked = false;
}

bool Ferry::work() {
  const BootTime now = system_now().boot;
  auto ahead = static_cast<std::size_t>(
      std::count_if(loads_.begin(), loads_.end(), [](const Load& load) { return load.asked; }) +
      std::count_if(orders_.begin(), orders_.end(),
                    [](const Order& order) { return order.asked; }));
  for (Load& load : loads_) {
    if (ahead >= kAhead) break;
    if (load.asked || now < load.pause_until) continue;
    advance(load);
    ahead += load.asked ? 1 : 0;
  }
  // Who was served goes to the end of the queue.
  loads_.splice(
      loads_.end(), loads_, loads_.begin(),
      std::find_if(loads_.begin(), loads_.end(), [](const Load& load) { return !load.asked; }));
  for (Order& order : orders_) {
    if (ahead >= kAhead) break;
    if (order.asked || order.whole) continue;
    order.asked = true;
    ++ahead;
    send_(message::Fetch{order.attempt, order.hash, order.here});
  }
  return !loads_.empty();
}

}  // namespace tidemill
