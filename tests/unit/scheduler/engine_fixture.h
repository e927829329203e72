// The engine told what happened, answering in text. Each turn's batch is also committed to a real
// database, whose rules then check it, and the engine's own bookkeeping is checked after every
// turn.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "scheduler/engine.h"
#include "scheduler/storage/memory_disk.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"
#include "tests/support/run_fixture.h"

namespace tidemill {

class EngineFixture : public ::testing::Test {
 protected:
  EngineFixture() { open(); }

  void open() {
    StorageOptions options;
    options.path = "tidemill.db";
    options.boot_id = "boot";
    options.vfs = disk_.vfs();
    writer_ = Writer::open(options, now_.wall).value();
    engine_.emplace(writer_->start().epoch, writer_->start().counters);
  }

  // The process is killed and the next one recovers.
  void restart() {
    engine_.reset();
    writer_.reset();
    open();
    RunReader rows = reader();
    const auto workers = rows.workers().value();
    for (const WorkerRow& row : workers) engine_->restore_worker(row);
    const auto runs = rows.unfinished_runs().value();
    for (const RunId run : runs) {
      const Status restored = engine_->restore_run(rows.stored_run(run).value(), dag_, now_);
      ASSERT_TRUE(restored.ok()) << restored.error().message;
    }
    engine_->check();
  }

  RunId submit(const Dag& dag) {
    SubmitRequest request;
    Dag copy = dag;
    copy.name = copy.name.empty() ? "dag" : copy.name;
    copy.content_hash = "hash of " + copy.name;
    dag_ = std::make_shared<const Dag>(std::move(copy));
    request.dag = dag_;
    request.directory = "/dags";
    request.origin = "test";
    const auto run = engine_->submit(request, now_);
    refusal_ = run.ok() ? "" : run.error().message;
    return run.ok() ? *run : RunId{};
  }

  void hello(std::int64_t link, const std::string& name,
             std::vector<message::KnownAttempt> attempts = {}, const std::string& boot = "b1",
             int slots = 2, Duration lease = {}) {
    message::Hello hello;
    hello.worker = name;
    hello.boot_id = boot;
    hello.slots = slots;
    hello.attempts = std::move(attempts);
    engine_->on_hello({link}, hello, now_, lease);
  }
  void started(std::int64_t link, std::int64_t attempt) {
    engine_->on_started({link}, {{attempt}, 7, now_.wall}, now_);
  }
  void ended(std::int64_t link, std::int64_t attempt, Outcome outcome = {}) {
    outcome.started_at = now_.wall;
    outcome.ended_at = now_.wall + std::chrono::milliseconds(1);
    engine_->on_ended({link}, {{attempt}, std::move(outcome)}, now_);
  }

  // Seals, commits, and says what is to be done: "start a#1=1 on 1; ack 1 to 1; run 1 succeeded".
  std::string turn() {
    Turn sealed = engine_->seal(now_);
    engine_->check();
    if (!sealed.batch.empty()) {
      const Status committed = writer_->commit(sealed.batch);
      EXPECT_TRUE(committed.ok()) << (committed.ok() ? "" : committed.error().message);
    }
    std::vector<std::string> said;
    for (const ShellEffect& effect : sealed.effects) said.push_back(text_of(effect));
    last_ = std::move(sealed.batch);
    return join(said, "; ");
  }

  static std::string text_of(const ShellEffect& effect) {
    struct Visitor {
      std::string operator()(const shell_effect::SendStart& e) const {
        return fmt::format("start {}#{}={} on {}", e.start.task, e.start.number,
                           e.start.attempt.value, e.link.value);
      }
      std::string operator()(const shell_effect::Send& e) const {
        if (const auto* stop = std::get_if<message::Stop>(&e.message)) {
          return fmt::format("stop {} {}{} on {}", stop->attempt.value, to_word(stop->why),
                             stop->force ? " by force" : "", e.link.value);
        }
        if (const auto* done = std::get_if<message::Acknowledge>(&e.message)) {
          std::vector<std::string> ids;
          for (const AttemptId id : done->attempts) ids.push_back(std::to_string(id.value));
          return fmt::format("ack {} to {}", join(ids, ","), e.link.value);
        }
        if (const auto* welcome = std::get_if<message::Welcome>(&e.message)) {
          return fmt::format("welcome {} to epoch {}", e.link.value, welcome->epoch);
        }
        if (const auto* renewed = std::get_if<message::Renewed>(&e.message)) {
          return fmt::format("renew {} to {}", renewed->sequence, e.link.value);
        }
        return "?";
      }
      std::string operator()(const shell_effect::Close& e) const {
        return fmt::format("close {}: {}", e.link.value, e.why);
      }
      std::string operator()(const shell_effect::Note& e) const { return "note: " + e.text; }
      std::string operator()(const shell_effect::RunEnded& e) const {
        return fmt::format("run {} {}", e.run.value, to_word(e.state));
      }
      std::string operator()(const shell_effect::Look& e) const {
        return fmt::format("look for {} of run {}: {}", e.task, e.run.value, e.target.text);
      }
      std::string operator()(const shell_effect::DeadlineMissed& e) const {
        return fmt::format("run {} misses its deadline", e.run.value);
      }
    };
    return std::visit(Visitor{}, effect);
  }

  TaskState state_of(RunId run, TaskIndex task) { return stored(run).tasks[task].state; }
  StoredRun stored(RunId run) { return reader().stored_run(run).value(); }
  void pass(Duration time) {
    now_.wall = now_.wall + time;
    now_.boot = now_.boot + time;
  }

  RunReader reader() { return RunReader::open("tidemill.db", disk_.vfs()).value(); }

  MemoryDisk disk_;
  std::unique_ptr<Writer> writer_;
  std::optional<Engine> engine_;
  DagPtr dag_;
  Batch last_;
  std::string refusal_;  // of the last submit
  Now now_{{1'700'000'000'000'000}, {1'000'000}};
};

}  // namespace tidemill
