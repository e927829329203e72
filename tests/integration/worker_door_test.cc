// Workers that have a good token and mean harm, at a real scheduler's door: each can touch only its
// own attempts, and the worst that it can do is to be sent away.
#include "scheduler/worker_door.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/hash.h"
#include "protocol/worker_proof.h"
#include "scheduler/scheduler.h"
#include "scheduler/storage/reader.h"
#include "tests/support/certificate.h"
#include "tests/support/run_fixture.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

constexpr int kPatienceMs = 300'000;  // for broken builds only

// A worker in the hands of the test.
class Visitor {
 public:
  Visitor(int port, const std::string& ca) {
    const auto tls = TlsContext::client(ca).value();
    channel_ = Channel(connect_tcp("127.0.0.1", std::to_string(port)).value(),
                       TlsStream::connect(tls, "127.0.0.1").value());
  }

  // Proves its token and says hello, under another name when one is given.
  void come_in(const std::string& worker, const std::string& token, const std::string& says = "") {
    const auto challenge = wait<message::Challenge>();
    const std::string binding = channel_.binding().value();
    send(make_proof(token, {challenge.nonce, binding}, worker));
    message::Hello hello;
    hello.worker = says.empty() ? worker : says;
    hello.boot_id = "boot";
    send(hello);
  }
  void send(const Message& message) {
    channel_.send(message);
    (void)channel_.flush();
  }
  template <typename M>
  M wait() {
    while (true) {
      for (auto it = inbox_.begin(); it != inbox_.end(); ++it) {
        if (auto* found = std::get_if<M>(&*it)) {
          M taken = std::move(*found);
          inbox_.erase(it);
          return taken;
        }
      }
      if (!receive()) {
        ADD_FAILURE() << "the scheduler closed: " << closed_;
        return {};
      }
    }
  }
  // Everything that the scheduler says until it closes; its last words.
  std::string wait_closed() {
    while (receive()) continue;
    for (const Message& message : inbox_) {
      if (const auto* refused = std::get_if<message::Refused>(&message)) return refused->why;
    }
    return closed_;
  }

 private:
  bool receive() {
    const Status flushed = channel_.flush();
    pollfd waiting{channel_.fd(),
                   static_cast<short>(POLLIN | (channel_.wants_write() ? POLLOUT : 0)), 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) {
      closed_ = "it says nothing";
      return false;
    }
    auto messages = channel_.receive();
    if (!messages.ok()) {
      closed_ = flushed.ok() ? messages.error().message : flushed.error().message;
      return false;
    }
    for (Message& message : *messages) inbox_.push_back(std::move(message));
    return true;
  }

  Channel channel_;
  std::vector<Message> inbox_;
  std::string closed_;
};

class WorkerDoorTest : public ::testing::Test {
 protected:
  WorkerDoorTest() {
    testing::write_certificate(folder_ / "cert.pem", folder_ / "key.pem");
    SchedulerConfig config;
    config.data_dir = folder_ / "data";
    config.load_dag = [](const DagVersionRow&, const std::string&) -> Result<DagPtr> {
      return not_found("no such dag");
    };
    config.workers = WorkerDoorConfig{
        "127.0.0.1",
        "0",
        folder_ / "cert.pem",
        folder_ / "key.pem",
        false,
        [](const std::string& worker) -> Result<std::optional<WorkerKey>> {
          if (worker == "nobody") return std::optional<WorkerKey>();
          return std::optional(WorkerKey{stored_worker_key("token of " + worker), worker == "old"});
        },
        [this](const TurnedAway& one) {
          const std::lock_guard lock(mutex_);
          turned_away_.push_back(one);
          told_.notify_all();
        }};
    scheduler_ = Scheduler::open(std::move(config)).value();
    port_ = scheduler_->workers_port();
  }
  ~WorkerDoorTest() override {
    stopping_ = true;
    scheduler_->post([](Scheduler&) {});
    if (thread_.joinable()) thread_.join();
  }

  RunId submit(Dag dag) {
    dag.source = "a dag";
    dag.content_hash = sha256_hex(dag.source);
    SubmitRequest request;
    request.dag = std::make_shared<const Dag>(std::move(dag));
    request.directory = folder_.path();
    request.origin = "test";
    return scheduler_->submit(request).value();
  }
  void run() {
    thread_ = std::thread([this] {
      const Status ran = scheduler_->run_until([this] { return stopping_.load(); });
      EXPECT_TRUE(ran.ok());
    });
  }
  Visitor visitor() { return Visitor(port_, folder_ / "cert.pem"); }
  Visitor worker(const std::string& name) {
    Visitor made = visitor();
    made.come_in(name, "token of " + name);
    made.wait<message::Welcome>();
    return made;
  }
  // Once everything that was sent before has been looked at.
  void settle(Visitor& visitor) {
    visitor.send(message::Heartbeat{++beat_});
    while (visitor.wait<message::Renewed>().sequence != beat_) continue;
  }
  // What was looked at may be stored a moment later.
  bool becomes_running(RunId run) {
    for (int waited_ms = 0; waited_ms < kPatienceMs; ++waited_ms) {
      if (stored(run).tasks[0].state == TaskState::running) return true;
      ::poll(nullptr, 0, 1);
    }
    return false;
  }
  StoredRun stored(RunId run) {
    return RunReader::open(folder_ / "data/tidemill.db").value().stored_run(run).value();
  }

  // Those that were told of, once there are so many. A visitor may hear of it before we do.
  std::vector<TurnedAway> wait_turned_away(std::size_t count) {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, std::chrono::milliseconds(kPatienceMs),
                   [&] { return turned_away_.size() >= count; });
    return turned_away_;
  }

  testing::TemporaryDirectory folder_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<TurnedAway> turned_away_;  // guarded by mutex_
  std::unique_ptr<Scheduler> scheduler_;
  int port_ = 0;
  std::uint64_t beat_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

TEST_F(WorkerDoorTest, AWorkerComesInWithItsTokenAndGetsALease) {
  run();
  Visitor one = visitor();
  one.come_in("one", "token of one");
  EXPECT_EQ(one.wait<message::Welcome>().lease, std::chrono::seconds(60));
  settle(one);
}

TEST_F(WorkerDoorTest, NobodyElseComesIn) {
  run();
  const struct {
    std::string worker, token, says, words;
  } wrong[] = {{"one", "token of two", "", "no worker one with such a token"},
               {"nobody", "token of nobody", "", "no worker nobody with such a token"},
               {"old", "token of old", "", "the token of worker old was revoked"},
               {"old", "another", "", "no worker old with such a token"},
               {"one", stored_worker_key("token of one"), "", "no worker one with such a token"},
               {"one", "token of one", "two", "worker one says that it is two"},
               {"one", "token of one", "local", "worker one says that it is local"}};
  for (const auto& [name, token, says, words] : wrong) {
    Visitor visitor = this->visitor();
    visitor.come_in(name, token, says);
    EXPECT_SAYS(visitor.wait_closed(), words);
  }
}

TEST_F(WorkerDoorTest, WhoIsTurnedAwayIsToldWithWhatIsKnownOfThem) {
  run();
  Visitor good = worker("good");
  const struct {
    std::string worker, token, says;
    bool proven;
  } wrong[] = {{"one", "token of two", "", false},   {"nobody", "token of nobody", "", false},
               {"old", "token of old", "", true},    {"old", "another", "", false},
               {"one", "token of one", "two", true}, {"good", "token of good", "", true}};
  std::size_t count = 0;
  for (const auto& [name, token, says, proven] : wrong) {
    Visitor visitor = this->visitor();
    visitor.come_in(name, token, says);
    visitor.wait_closed();
    const auto told = wait_turned_away(++count);
    ASSERT_EQ(told.size(), count) << name;
    EXPECT_EQ(told.back().worker, name);
    EXPECT_EQ(told.back().proven, proven) << name << " " << token;
    EXPECT_TRUE(told.back().peer.starts_with("127.0.0.1:")) << told.back().peer;
    EXPECT_FALSE(told.back().why.empty());
  }
  good.send(message::Leave{});
  good.wait_closed();
  const auto told = wait_turned_away(++count);
  EXPECT_EQ(told.size(), count);
  EXPECT_EQ(told.back().worker, "good");
  EXPECT_TRUE(told.back().proven);
}

TEST_F(WorkerDoorTest, WhoOnlyLooksWhetherTheDoorIsThereIsNoStrangerToTellOf) {
  run();
  { const Fd looked = connect_tcp("127.0.0.1", std::to_string(port_)).value(); }
  Visitor good = worker("good");
  settle(good);
  EXPECT_TRUE(wait_turned_away(0).empty());
}

TEST_F(WorkerDoorTest, AProofIsOfNoUseOnAnotherConnection) {
  run();
  Visitor first = visitor();
  Visitor second = visitor();
  const auto challenge = first.wait<message::Challenge>();
  second.wait<message::Challenge>();
  // Its binding is unknown to whoever stands between: the best that can be sent is of one's own.
  second.send(make_proof("token of one", {challenge.nonce, std::string(32, 'b')}, "one"));
  EXPECT_SAYS(second.wait_closed(), "no worker one with such a token");
}

TEST_F(WorkerDoorTest, TouchesOnlyItsOwnAttempts) {
  const RunId made = submit(dag("a"));
  run();
  Visitor victim = worker("victim");
  const auto start = victim.wait<message::Start>();
  victim.send(message::Started{start.attempt, 7, system_now().wall});
  Visitor hostile = worker("hostile");
  message::Ended ended;
  ended.attempt = start.attempt;
  hostile.send(ended);
  hostile.send(message::Started{start.attempt, 1, system_now().wall});
  hostile.send(message::Progress{start.attempt, 1, "done"});
  hostile.send(message::Ended{AttemptId{987654}, {}});
  hostile.send(message::Heartbeat{UINT64_MAX});
  hostile.send(message::Piece{start.attempt, "", 0, 0, "forged line\n"});
  EXPECT_SAYS(hostile.wait<message::Received>().problem, "not, or no longer, this worker's");
  hostile.send(message::Piece{start.attempt, std::string(64, 'a'), 0, 4, "abcd"});
  EXPECT_SAYS(hostile.wait<message::Received>().problem, "not, or no longer, this worker's");
  hostile.send(message::Fetch{start.attempt, std::string(64, 'a'), 0});
  EXPECT_SAYS(hostile.wait<message::Received>().problem, "not, or no longer, this worker's");
  settle(hostile);
  settle(victim);
  EXPECT_TRUE(becomes_running(made));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data/logs"));

  ended.outcome.cause = Cause::exit;
  ended.outcome.exit_code = 3;
  ended.outcome.started_at = ended.outcome.ended_at = system_now().wall;
  victim.send(ended);
  victim.wait<message::Acknowledge>();
  EXPECT_EQ(stored(made).tasks[0].exit_code, 3);
}

TEST_F(WorkerDoorTest, AnInventoryOfOthersAttemptsTakesNothingOver) {
  const RunId made = submit(dag("a"));
  run();
  Visitor victim = worker("victim");
  const auto start = victim.wait<message::Start>();
  Visitor third = worker("third");
  message::Hello again;
  again.worker = "third";
  again.boot_id = "boot";
  again.attempts = {{start.attempt, message::KnownAttempt::Stage::ended}};
  third.send(again);  // a second hello on one connection
  EXPECT_SAYS(third.wait_closed(), "another worker named third is connected");
  victim.send(message::Started{start.attempt, 7, system_now().wall});
  settle(victim);
  EXPECT_TRUE(becomes_running(made));
}

TEST_F(WorkerDoorTest, WhatIsOutOfRangeEndsTheConnectionInWords) {
  submit(dag("a"));
  run();
  std::optional<AttemptId> attempt;
  const auto refused = [&](const char* name, auto make) {
    SCOPED_TRACE(name);
    Visitor mine = worker("mine");
    if (!attempt) attempt = mine.wait<message::Start>().attempt;
    mine.send(make(*attempt));
    EXPECT_NE(mine.wait_closed(), "it says nothing");
  };
  refused("exit code", [](AttemptId id) {
    message::Ended ended{id, {}};
    ended.outcome.exit_code = 9999;
    return Message(ended);
  });
  refused("signal", [](AttemptId id) {
    message::Ended ended{id, {}};
    ended.outcome.signal = 200;
    return Message(ended);
  });
  refused("offset", [](AttemptId id) {
    return Message(message::Piece{id, "", std::uint64_t{1} << 63, 0, "x"});
  });
  refused("a path for a hash", [](AttemptId id) {
    return Message(message::Piece{id, "../../../../etc/passwd", 0, 1, "x"});
  });
  refused("too large a piece", [](AttemptId id) {
    return Message(message::Piece{id, "", 0, 0, std::string(message::kMaxPieceBytes + 1, 'x')});
  });
  refused("a word of the scheduler", [](AttemptId id) {
    return Message(message::Stop{id, Cause::cancelled, true});
  });
  refused("a word of the supervisor", [](AttemptId) { return Message(message::Leave{}); });
  Visitor still = worker("another");
  settle(still);
}

TEST_F(WorkerDoorTest, ALogGrowsOnlyAtItsEndAndOnceForEachPiece) {
  const RunId made = submit(dag("a"));
  run();
  Visitor mine = worker("mine");
  const AttemptId attempt = mine.wait<message::Start>().attempt;
  const auto sends = [&](std::uint64_t offset, const std::string& bytes) {
    mine.send(message::Piece{attempt, "", offset, 0, bytes});
    return mine.wait<message::Received>().size;
  };
  EXPECT_EQ(sends(0, ""), 0u);
  EXPECT_EQ(sends(0, "one\n"), 4u);
  EXPECT_EQ(sends(0, "one\n"), 4u) << "doubled";
  EXPECT_EQ(sends(100, "gap\n"), 4u);
  EXPECT_EQ(sends(2, "overlap\n"), 4u);
  EXPECT_EQ(sends(4, "two\n"), 8u);
  const std::string path = fmt::format("{}/logs/{}/{}.log", folder_ / "data", made.value,
                                       attempt.value);
  EXPECT_EQ(read_file(path, 100).value(), "one\ntwo\n");
}

TEST_F(WorkerDoorTest, AnArtifactIsWhatItsHashSays) {
  submit(dag("a"));
  run();
  Visitor mine = worker("mine");
  const AttemptId attempt = mine.wait<message::Start>().attempt;
  const std::string content = "the artifact";
  const std::string hash = sha256_hex(content);
  const auto sends = [&](const std::string& of, std::uint64_t offset, const std::string& bytes) {
    mine.send(message::Piece{attempt, of, offset, content.size(), bytes});
    return mine.wait<message::Received>();
  };
  EXPECT_EQ(sends(hash, 0, content.substr(0, 5)).size, 5u);
  EXPECT_EQ(sends(hash, 5, content.substr(5)).size, content.size());
  const std::string path = folder_ / ("data/objects/" + hash.substr(0, 2) + "/" + hash);
  EXPECT_EQ(read_file(path, 100).value(), content);
  const std::string other = sha256_hex("something else");
  EXPECT_SAYS(sends(other, 0, content).problem, "has the hash " + hash);
  EXPECT_FALSE(
      std::filesystem::exists(folder_ / ("data/objects/" + other.substr(0, 2) + "/" + other)));
  // It made the artifact, and still may not read what is no input of its attempt.
  mine.send(message::Fetch{attempt, hash, 0});
  EXPECT_SAYS(mine.wait<message::Received>().problem, "no input of this attempt");
  mine.send(message::Piece{attempt, sha256_hex("huge"), 0, std::uint64_t{1} << 50, "x"});
  EXPECT_SAYS(mine.wait<message::Received>().problem, "no room");
}

TEST_F(WorkerDoorTest, OneWhoSendsWithoutWaitingIsSentAway) {
  submit(dag("a"));
  run();
  Visitor mine = worker("mine");
  const AttemptId attempt = mine.wait<message::Start>().attempt;
  for (int i = 0; i < 2000; ++i) {
    mine.send(message::Piece{attempt, "", 0, 0, std::string(4096, 'x')});
  }
  EXPECT_NE(mine.wait_closed(), "it says nothing");
  Visitor again = worker("mine");
  settle(again);
}

}  // namespace
}  // namespace tidemill
