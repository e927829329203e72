#include "cli/client/event_stream.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tidemill::client {
namespace {

constexpr auto kTick = std::chrono::milliseconds(200);
constexpr auto kPollEvery = std::chrono::seconds(1);
constexpr Duration kGiveUpAfter = std::chrono::seconds(30);
// The server says something every 15 seconds.
constexpr Duration kSilence = std::chrono::seconds(40);

class Following {
 public:
  Following(Api& api, const EventFollower& follower) : api_(api), follower_(follower) {}

  Result<FollowEnd> run() {
    const BootTime begin = system_now().boot;
    std::jthread ticker([this, begin](const std::stop_token& stop) { tick(stop, begin); });
    BootTime last_good = begin;
    while (true) {
      TRY(read_stream(last_good));
      const std::lock_guard lock(mutex_);
      if (failed_) return *failed_;
      if (reached_) return FollowEnd::reached;
      if (timed_out_) return FollowEnd::timed_out;
    }
  }

 private:
  // One stream from its opening to its end; without one, one look at the state.
  Status read_stream(BootTime& last_good) {
    SseParser parser;
    bool opened = false;
    Api streams = TRY(api_.another());
    {
      const std::lock_guard lock(mutex_);
      if (timed_out_) return Ok{};
      stream_ = &streams.http();
    }
    const Status read = streams.stream(
        "/events" + query_of({{"topics", follower_.topics}}), "", kSilence,
        [&](std::string_view bytes) {
          const std::lock_guard lock(mutex_);
          if (timed_out_) return false;
          if (!std::exchange(opened, true) && !note(follower_.load())) return false;
          for (const SseEvent& event : parser.feed(bytes)) {
            if (!note(event.type == "reset" ? follower_.load() : follower_.on_event(event)))
              return false;
          }
          return true;
        });
    std::unique_lock lock(mutex_);
    stream_ = nullptr;
    if (opened) last_good = system_now().boot;
    if (failed_ || reached_ || timed_out_) return Ok{};
    const auto now = follower_.load();
    if (now.ok()) {
      last_good = system_now().boot;
      if (!note(now)) return Ok{};
    } else if (now.error().code != ErrorCode::unavailable) {
      return now.error();
    } else if (system_now().boot - last_good > kGiveUpAfter) {
      return read.ok() ? now.error() : read.error();
    }
    wake_.wait_for(lock, kPollEvery, [this] { return timed_out_; });
    return Ok{};
  }

  // Keeps what a callback said; false when there is nothing more to wait for.
  bool note(const Result<bool>& said) {
    if (!said.ok()) {
      failed_ = said.error();
      return false;
    }
    reached_ = reached_ || *said;
    return !reached_;
  }

  void tick(const std::stop_token& stop, BootTime begin) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wake_.wait_for(lock, stop, kTick, [] { return false; });
      if (stop.stop_requested()) return;
      if (follower_.on_tick) follower_.on_tick();
      if (follower_.patience.count() == 0 || timed_out_) continue;
      if (system_now().boot - begin < follower_.patience) continue;
      timed_out_ = true;
      wake_.notify_all();
      if (stream_ != nullptr) stream_->interrupt();
    }
  }

  Api& api_;
  const EventFollower& follower_;
  std::mutex mutex_;  // guards what follows, and the follower's callbacks
  std::condition_variable_any wake_;
  HttpClient* stream_ = nullptr;  // the one that is read now
  std::optional<Error> failed_;
  bool reached_ = false, timed_out_ = false;
};

}  // namespace

Result<FollowEnd> follow_events(Api& api, const EventFollower& follower) {
  return Following(api, follower).run();
}

}  // namespace tidemill::client
