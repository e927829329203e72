// One worker host: an agent that talks, a supervisor that owns processes, a journal that survives
// both. Follows the protocol's promises; each part may be killed, and the host may lose power.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/sim/ledger.h"
#include "tests/sim/network.h"
#include "tests/sim/plan.h"

namespace tidemill::sim {

class FakeWorker {
 public:
  struct World {
    Timeline& timeline;
    Trace& trace;
    Network& network;
    Ledger& ledger;
    const Mirror& mirror;
  };

  FakeWorker(std::size_t index, const PlannedWorker& planned, World world, Random random)
      : index_(index), planned_(planned), world_(world), random_(random) {}

  void begin() {
    connect_after(random_.between(1, 2000));
    enforce_lease();
  }
  void set_scheduler_is_up(std::function<bool()> is_up) { scheduler_is_up_ = std::move(is_up); }

  void on_message(LinkId link, const Message& message);
  void on_link_end(LinkId link);

  void crash_agent();
  void crash_supervisor();
  void lose_power();

  bool is_empty() const { return held_.empty(); }
  std::string describe() const;

 private:
  using Stage = message::KnownAttempt::Stage;
  struct Held {
    message::Start start;
    Stage stage = Stage::queued;
    std::uint64_t order = 0;       // of arrival
    std::uint64_t generation = 0;  // of its process; an end of another one is stale
    WallTime started_at{};
    std::int64_t pid = 0;
    Outcome outcome;  // ended
  };

  void connect_after(std::int64_t us);
  void connect();
  void say_hello();
  void on_welcome(const message::Welcome& welcome);
  void on_renewed(const message::Renewed& renewed);
  void renew_lease(std::int64_t from_us);
  void beat(LinkId link);
  void enforce_lease();
  void end_at_lease_end();
  void on_start(const message::Start& start);
  void on_stop(const message::Stop& stop);
  void fill_slots();
  void exec(Held& held);
  void process_ends(AttemptId attempt, std::uint64_t generation);
  void kill(AttemptId attempt, Cause cause, const std::string& message);
  void record_end(Held& held, Outcome outcome);
  void report(const Held& held);
  void drop_connection();
  WallTime wall() const { return {1'700'000'000'000'000 + world_.timeline.now_us() + skew_us_}; }

  std::size_t index_;
  PlannedWorker planned_;
  World world_;
  Random random_;
  std::function<bool()> scheduler_is_up_;

  LinkId link_;
  bool connecting_ = false;
  bool agent_is_up_ = true;
  int boot_ = 1;
  std::int64_t skew_us_ = 0;
  std::int64_t epoch_ = 0;
  std::uint64_t counter_ = 0;
  std::uint64_t beats_ = 0;
  std::map<std::uint64_t, std::int64_t> sent_;  // beats of this connection, when
  std::int64_t greeted_us_ = 0;
  std::int64_t heard_us_ = 0;
  std::int64_t lease_us_ = 0;
  std::int64_t lease_end_us_ = INT64_MAX;
  std::map<AttemptId, Held> held_;
};

}  // namespace tidemill::sim
