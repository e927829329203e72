#include "tests/sim/alert_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/check.h"
#include "core/alert/recipients.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/alerts/outbox_book.h"

namespace tidemill::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kFile = "tidemill.db";
constexpr int kActs = 32;
constexpr int kQuietRounds = 10;
constexpr WallTime kBegin{1'700'000'000'000'000};
constexpr std::array<const char*, 3> kTasks = {"a", "b", "c"};

AlertChannel channel(std::string name, std::string fallback) {
  WebhookChannel hook;
  hook.url = "https://" + name + ".example.org";
  return {std::move(name), hook, std::move(fallback)};
}

EscalationStep step_to(std::string name, Duration wait) {
  EscalationStep step;
  step.notify = {{NotifyTarget::Kind::channel, std::move(name)}};
  step.wait = wait;
  return step;
}

PoliciesPtr two_channels() {
  auto policies = std::make_shared<AlertPolicies>();
  policies->channels = {channel("first", "second"), channel("second", "first")};
  EscalationPolicy policy;
  policy.name = policies->default_policy = "all";
  policy.steps = {step_to("first", minutes(5)), step_to("second", {})};
  policies->policies = {policy};
  return policies;
}

Result<DagPtr> no_file(const RunSource&) { return invalid("no file"); }

// What an outsider knows to be true of the alert of a task, from what was committed.
struct Known {
  std::string feed;  // of runs that ended: F and S, not looked at yet
  bool open = false, taken = false;
  std::uint64_t count = 0;
  std::int64_t episode = 0;
  bool reached = false;  // somebody, in this episode

  void look_at_feed() {
    for (const char end : std::exchange(feed, "")) {
      if (end == 'S') {
        open = false;
        continue;
      }
      if (!open) {
        open = true;
        taken = reached = false;
        count = 0;
        ++episode;
      }
      ++count;
    }
  }
};

class AlertWorld {
 public:
  explicit AlertWorld(const AlertStory& story) : story_(story), random_(story.seed) {
    start();
    Batch batch;
    batch.dags.push_back({1, "hello", "hash-1", "version: 1\n", 3, {"a", "b", "c"}, {kBegin.us}});
    CHECK(writer_->commit(batch).ok());
  }

  AlertStoryEnd tell();

 private:
  void start();
  bool crashes_here();
  void broken(const std::string& problem) {
    if (end_.problem.empty()) end_.problem = fmt::format("step {}: {}", end_.steps, problem);
  }
  Result<Json> commit(std::function<Result<Json>(Database&)> apply);
  template <typename T>
  T read(const std::function<Result<T>(Database&)>& look) {
    return look(*reader_).value();
  }
  std::optional<AlertRow> alert(std::size_t task) {
    return read<std::optional<AlertRow>>([&](Database& database) {
      return find_alert(database, {"hello", kTasks[task], "exit"});
    });
  }
  std::size_t any_task() { return static_cast<std::size_t>(random_.below(kTasks.size())); }

  void act();
  void end_run(RunState state, std::size_t task);
  void look();
  void deliver();
  bool deliver(const OutboxRow& found);
  void record(const Bundle& bundle, const DeliveryOutcome& outcome);
  void send(const Bundle& bundle);
  void send(const OutboxRow& row);
  DeliveryOutcome serve(const Bundle& bundle);
  void person(std::size_t task);
  Result<Json> acknowledge(Database& database, std::int64_t id);
  void quieten();
  void check_messages();
  void check_end(std::size_t task);

  AlertStory story_;
  Random random_;
  MemoryDisk disk_;
  std::unique_ptr<Writer> writer_;
  std::optional<Database> reader_;
  PoliciesPtr policies_ = two_channels();
  WallTime now_ = kBegin;
  std::int64_t runs_ = 0;
  bool calm_ = false;  // services answer and nothing happens any more
  std::array<Known, kTasks.size()> known_;
  std::map<std::string, std::int64_t> row_of_;            // by what a message says to whom
  std::map<std::set<std::int64_t>, std::string> key_of_;  // of messages, by their rows
  std::set<std::int64_t> taken_;                          // rows, by the services
  bool told_of_trouble_ = false;
  AlertStoryEnd end_;
};

void AlertWorld::start() {
  StorageOptions options;
  options.path = kFile;
  options.boot_id = "host";
  options.vfs = disk_.vfs();
  auto writer = Writer::open(options, now_);
  CHECK(writer.ok());
  writer_ = std::move(*writer);
  reader_ = open_for_reading(kFile, disk_.vfs()).value();
}

// Whatever is only in memory is gone, and what was not synced.
bool AlertWorld::crashes_here() {
  if (++end_.steps != story_.crash_at) return false;
  reader_.reset();
  writer_.reset();
  disk_.lose_power(story_.seed);
  start();
  return true;
}

Result<Json> AlertWorld::commit(std::function<Result<Json>(Database&)> apply) {
  Batch batch;
  auto operation = std::make_shared<Operation>();
  operation->apply = std::move(apply);
  batch.operations.push_back(operation);
  const Status done = writer_->commit(batch);
  if (!done.ok()) return done.error();
  return *operation->outcome;
}

// A task of one attempt, from its beginning to its end.
void add_task(Batch& batch, std::int64_t run, std::size_t index, bool failed) {
  TaskRow task;
  task.task = static_cast<TaskIndex>(index);
  task.run = {run};
  task.state = TaskState::ready;
  batch.tasks.push_back({std::nullopt, task});
  task.state = TaskState::dispatched;
  task.attempt = {run};
  task.worker = {1};
  task.attempts = 1;
  task.granted_at = {1};
  batch.tasks.push_back({TaskState::ready, task});
  task.state = failed ? TaskState::failed : TaskState::succeeded;
  task.cause = failed ? Cause::exit : Cause::none;
  task.exit_code = failed ? 3 : 0;
  task.reason = failed ? "exit code 3" : "";
  batch.tasks.push_back({TaskState::dispatched, task});
  AttemptRow attempt;
  attempt.run = {run};
  attempt.task = task.task;
  attempt.number = 1;
  attempt.attempt = {run};
  attempt.worker = {1};
  batch.attempts.push_back(attempt);
}

void AlertWorld::end_run(RunState state, std::size_t task) {
  const bool failed = state == RunState::failed;
  RunWrite run;
  run.is_new = true;
  run.row.id = {++runs_};
  run.row.version = 1;
  run.row.dag_name = "hello";
  run.row.created_at = now_;
  Batch batch;
  batch.runs = {run, run};
  batch.runs[1].is_new = false;
  batch.runs[1].row.state = state;
  batch.runs[1].row.ended_at = now_;
  add_task(batch, runs_, task, failed);
  const Status done = writer_->commit(batch);
  if (!done.ok()) fmt::print(stderr, "{}\n", done.error().message);
  CHECK(done.ok());
  known_[task].feed += failed ? 'F' : 'S';
}

// The feed becomes alerts and messages.
void AlertWorld::look() {
  if (crashes_here()) return;
  if (story_.sabotage == AlertSabotage::feed_dropped_first) {
    const auto feed = read<std::vector<AlertFeedRow>>(
        [](Database& database) { return read_alert_feed(database, 200); });
    if (!feed.empty()) {
      CHECK(commit([&](Database& database) -> Result<Json> {
              TRY(drop_alert_feed(database, feed.back().seq));
              return Json();
            }).ok());
    }
    if (crashes_here()) return;
    CHECK(commit([&](Database& database) -> Result<Json> {
            for (const AlertFeedRow& row : feed) {
              TRY(database.execute(
                  fmt::format("INSERT INTO alert_feed VALUES ({}, '{}', {}, {}, '{}')", row.seq,
                              row.kind, row.run, row.task, row.dag)));
            }
            return Json();
          }).ok());
  }
  const auto told = commit(
      [&](Database& database) { return turn_alerts(database, no_file, policies_, now_); });
  CHECK(told.ok());
  for (Known& known : known_) known.look_at_feed();
  crashes_here();
}

// The person who was paged, or who looks at the list: an answer is given when it is committed.
void AlertWorld::person(std::size_t task) {
  const auto row = alert(task);
  if (!row || crashes_here()) return;
  const auto told = commit([&](Database& database) { return acknowledge(database, row->id); });
  CHECK(told.ok());
  if (known_[task].open) {
    known_[task].taken = true;
  } else if (alert(task)->alert.state != AlertState::resolved) {
    broken("an acknowledgement won over the end");
  }
  if (crashes_here() || story_.sabotage != AlertSabotage::cancel_later) return;
  CHECK(commit([&](Database& database) -> Result<Json> {
          TRY(cancel_messages(database, row->id, "taken"));
          return Json();
        }).ok());
}

Result<Json> AlertWorld::acknowledge(Database& database, std::int64_t id) {
  auto told = tell_alert(database, id, alert_event::Acknowledge{"ann", "", {}, ""}, policies_,
                         now_);
  if (story_.sabotage == AlertSabotage::cancel_later) {
    TRY(database.execute(
        "UPDATE outbox SET state = 'pending' WHERE state = 'cancelled' AND kind = 'tell'"));
  }
  return told;
}

// One pass of the courier: of each channel the message that is due first.
void AlertWorld::deliver() {
  const auto due = read<std::vector<OutboxRow>>(
      [&](Database& database) { return read_due_messages(database, now_, 10); });
  for (const OutboxRow& row : due) {
    if (!deliver(row)) return;
  }
}

void AlertWorld::record(const Bundle& bundle, const DeliveryOutcome& outcome) {
  CHECK(commit([&](Database& database) -> Result<Json> {
          const ChannelNews news = TRY(record_tries(database, bundle, outcome, policies_, now_));
          return tell_of_channel(database, bundle.rows.front().channel, news, policies_, now_);
        }).ok());
}

// As the courier does it: composed, and looked at once more just before it is sent. False when it
// crashed.
bool AlertWorld::deliver(const OutboxRow& found) {
  const auto to_send = [&] {
    return read<std::optional<Bundle>>(
        [&](Database& database) { return bundle_of(database, found); });
  };
  const auto bundle = to_send();
  if (!bundle) return true;
  if (!calm_ && random_.percent(20)) person(any_task());
  if (crashes_here()) return false;
  const auto still = to_send();
  const bool blind = story_.sabotage == AlertSabotage::send_what_was_read;
  if (!blind && (!still || still->key != bundle->key)) return true;
  if (story_.sabotage == AlertSabotage::record_before_send) {
    record(*bundle, {});
    if (crashes_here()) return false;
    serve(*bundle);
    return true;
  }
  const DeliveryOutcome outcome = serve(*bundle);
  if (crashes_here()) return false;
  record(*bundle, outcome);
  return !crashes_here();
}

void AlertWorld::send(const Bundle& bundle) {
  ++end_.pages;
  if (bundle.rows.size() > 1) ++end_.pages_of_several;
  std::set<std::int64_t> ids;
  for (const OutboxRow& row : bundle.rows) {
    send(row);
    ids.insert(row.id);
  }
  const bool fresh = story_.sabotage == AlertSabotage::other_id;
  const std::string key = fresh ? fmt::format("{}-{}", bundle.key, end_.pages) : bundle.key;
  const auto [place, is_new] = key_of_.emplace(ids, key);
  if (!is_new && place->second != key) broken("two ids for one message");
}

// What the service takes is told for good, whether the answer arrives or not.
void AlertWorld::send(const OutboxRow& row) {
  taken_.insert(row.id);
  const auto about = read<std::optional<AlertRow>>(
      [&](Database& database) { return read_alert(database, row.alert); });
  const AlertKey& key = about->alert.key;
  const auto task = std::find(kTasks.begin(), kTasks.end(), key.task);
  if (task == kTasks.end()) {
    told_of_trouble_ = true;
    return;
  }
  Known& known = known_[static_cast<std::size_t>(task - kTasks.begin())];
  const bool calls = row.kind == MessageKind::tell || row.kind == MessageKind::digest;
  if (calls && !known.open) broken("somebody is called about what is over");
  if (calls && known.taken) broken("somebody is called about what somebody took");
  if (calls) known.reached = true;
  if (row.kind != MessageKind::tell) return;
  const std::string what = fmt::format("{} episode {} step {} round {} by {} copy of {}", key.task,
                                       known.episode, row.step, row.round, row.channel,
                                       row.copy_of);
  const auto [place, is_new] = row_of_.emplace(what, row.id);
  if (!is_new && place->second != row.id) broken("told twice: " + what);
}

DeliveryOutcome AlertWorld::serve(const Bundle& bundle) {
  using Kind = DeliveryOutcome::Kind;
  const std::int64_t chance = calm_ ? 0 : random_.below(100);
  if (chance < 50) {
    send(bundle);
    return {};
  }
  if (chance < 72) {
    send(bundle);
    return {Kind::retry, "the answer was lost", {}};
  }
  if (chance < 95) return {Kind::retry, "nobody answers", {}};
  return {Kind::refused, "it does not take this message", {}};
}

void AlertWorld::act() {
  switch (random_.below(10)) {
    case 0:
    case 1:
    case 2:
      end_run(RunState::failed, any_task());
      break;
    case 3:
      end_run(RunState::succeeded, any_task());
      break;
    case 4:
      if (random_.percent(30)) person(any_task());
      break;
    case 5:
      now_ = now_ + minutes(random_.below(20));
      break;
    case 6:
      now_ = now_ + seconds(random_.below(40));
      break;
    default:
      deliver();
      break;
  }
  if (random_.percent(60)) look();
}

// Nothing more happens outside, and there is time for everything that is left to be told.
void AlertWorld::quieten() {
  calm_ = true;
  for (int round = 0; round < kQuietRounds; ++round) {
    look();
    for (int message = 0; message < 3; ++message) deliver();
    now_ = now_ + minutes(20);
  }
}

void AlertWorld::check_messages() {
  for (std::int64_t id = 1;; ++id) {
    const auto row = read<std::optional<OutboxRow>>(
        [&](Database& database) { return read_message(database, id); });
    if (!row) return;
    if (row->state == OutboxState::sent && !taken_.contains(id)) {
      broken("a message counts as sent, and no service took it");
    }
    if (row->state == OutboxState::pending) broken("a message waits for ever");
  }
}

void AlertWorld::check_end(std::size_t task) {
  const auto row = alert(task);
  const Known& known = known_[task];
  const bool is_there = row && is_open(row->alert);
  if (is_there != known.open) return broken("the alert is not what happened");
  if (is_there && row->alert.count != known.count) {
    broken(fmt::format("raised {} times, and {} runs failed", row->alert.count, known.count));
  }
  const bool is_taken = is_there && row->alert.state == AlertState::acknowledged;
  if (is_taken != known.taken && known.open) broken("an acknowledgement was lost");
  if (known.open && !known.taken && !known.reached && !told_of_trouble_) {
    broken("nobody was ever told");
  }
}

AlertStoryEnd AlertWorld::tell() {
  for (std::size_t task = 0; task < kTasks.size(); ++task) end_run(RunState::failed, task);
  look();
  for (int i = 0; i < kActs && end_.problem.empty(); ++i) act();
  if (end_.problem.empty()) quieten();
  if (end_.problem.empty()) check_messages();
  for (std::size_t task = 0; task < kTasks.size(); ++task) check_end(task);
  return end_;
}

}  // namespace

AlertStoryEnd tell_alert_story(const AlertStory& story) { return AlertWorld(story).tell(); }

}  // namespace tidemill::sim
