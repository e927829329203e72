// Ends of runs that start runs of other dags: engine, catalog and a real database, turn by turn, so
// that a crash can come between any two of them.
#include <gtest/gtest.h>

#include "scheduler/catalog.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/writer.h"
#include "tests/support/parse_fixture.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

class DagStarts : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  std::string path() const { return folder_ / "tidemill.db"; }

  void open() {
    StorageOptions options;
    options.path = path();
    options.boot_id = "boot";
    writer_ = Writer::open(options, now_.wall).value();
    engine_.emplace(writer_->start().epoch, writer_->start().counters);
    catalog_ = Catalog::open(path(), [](const DagVersionRow& row, const std::string&) {
                 ParsedDag parsed = parse_test_dag(row.source);
                 return parsed.dag ? Result<DagPtr>(parsed.dag) : Result<DagPtr>(invalid("broken"));
               }).value();
  }

  // The process is killed: what was not committed is lost.
  void crash() {
    catalog_.reset();
    engine_.reset();
    writer_.reset();
    open();
    RunReader rows = RunReader::open(path()).value();
    const auto unfinished = rows.unfinished_runs().value();
    for (const RunId run : unfinished) {
      const StoredRun stored = rows.stored_run(run).value();
      const DagVersionRow version = rows.dag_version(stored.row.version).value();
      ASSERT_TRUE(engine_->restore_run(stored, parse_test_dag(version.source).dag, now_).ok());
    }
    load();
  }

  void file(const std::string& name, const std::string& more) {
    files_[name] = "name: " + name + "\n" + more + "tasks: {a: {run: ./a.sh}}\n";
  }
  void load() {
    FolderState state;
    state.root = "/dags";
    for (const auto& [name, text] : files_) {
      FolderFile one;
      one.path = name + ".yaml";
      one.directory = "/dags";
      one.name = name;
      one.dag = good_dag(text);
      state.files.push_back(std::move(one));
    }
    catalog_->take_folder(std::move(state), *engine_, now_);
  }

  // Commits what there is, and tells the catalog which runs ended.
  void turn() {
    now_.wall = now_.wall + std::chrono::seconds(1);
    now_.boot = now_.boot + std::chrono::seconds(1);
    Turn sealed = engine_->seal(now_);
    catalog_->take_rows(sealed.batch);
    if (!sealed.batch.empty()) {
      const Status done = writer_->commit(sealed.batch);
      ASSERT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message);
    }
    for (const ShellEffect& effect : sealed.effects) {
      const auto* ended = std::get_if<shell_effect::RunEnded>(&effect);
      if (ended != nullptr) catalog_->on_run_ended(ended->run, ended->state);
    }
    catalog_->committed();
  }
  void look() { catalog_->look(*engine_, now_); }
  // Until nothing is due any more.
  void settle() {
    for (int i = 0; i < 10; ++i) {
      look();
      turn();
    }
  }

  RunId start(const std::string& dag) {
    Catalog::Trigger what;
    what.dag = dag;
    const auto made = catalog_->trigger(what, *engine_, now_);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    turn();
    return made.ok() ? made->run : RunId{};
  }
  // By hand, as there is no worker here.
  void end(RunId run, TaskState to = TaskState::succeeded) {
    const auto marked = engine_->mark(run, {0}, to, "ann", "", now_);
    ASSERT_TRUE(marked.ok()) << marked.error().message;
    turn();
    ASSERT_FALSE(engine_->is_live(run));
  }

  // "run 1 of a succeeded: run 2" for each decision, oldest first.
  std::string starts(const std::string& dag) {
    auto rows = TimetableReader::open(path()).value().dag_starts(dag, {}, 100).value();
    std::string out;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      out += fmt::format("run {} of {} {}: {}", row->source_run.value, row->source,
                         to_word(row->state), to_word(row->decision));
      out += row->run ? fmt::format(" {}\n", row->run.value) : "\n";
    }
    return out;
  }
  RunRow run(std::int64_t id) { return RunReader::open(path()).value().run({id}).value(); }
  std::size_t runs_of(const std::string& dag) { return engine_->unfinished_runs(dag); }

  testing::TemporaryDirectory folder_;
  std::map<std::string, std::string> files_;
  std::unique_ptr<Writer> writer_;
  std::optional<Engine> engine_;
  std::unique_ptr<Catalog> catalog_;
  Now now_{kTestNow, {1'000'000}};
};

TEST_F(DagStarts, TheEndOfARunStartsOneRunThatSaysWhy) {
  file("extract", "");
  file("report", "triggers: {dag: extract}\n");
  load();
  turn();
  end(start("extract"));
  settle();
  EXPECT_EQ(starts("report"), "run 1 of extract succeeded: run 2\n");
  EXPECT_EQ(run(2).dag_name, "report");
  EXPECT_EQ(run(2).trigger_kind, TriggerKind::dag);
  EXPECT_EQ(run(2).origin, "run 1 of extract");
}

TEST_F(DagStarts, OnlyTheNamedEndsCount) {
  file("extract", "");
  file("good", "triggers: {dag: extract}\n");
  file("bad", "triggers: {dag: extract, states: [failed, cancelled]}\n");
  load();
  turn();
  end(start("extract"), TaskState::failed);
  settle();
  EXPECT_EQ(starts("good"), "");
  EXPECT_EQ(starts("bad"), "run 1 of extract failed: run 2\n");
}

TEST_F(DagStarts, ACrashBetweenTheEndAndItsDecisionLosesNothing) {
  file("extract", "");
  file("report", "triggers: {dag: extract}\n");
  load();
  turn();
  end(start("extract"));
  crash();
  settle();
  EXPECT_EQ(starts("report"), "run 1 of extract succeeded: run 2\n");
}

TEST_F(DagStarts, ACrashBeforeTheDecisionIsCommittedMakesOneRunOnly) {
  file("extract", "");
  file("report", "triggers: {dag: extract}\n");
  load();
  turn();
  end(start("extract"));
  look();  // decided in memory only
  crash();
  settle();
  crash();
  settle();
  EXPECT_EQ(starts("report"), "run 1 of extract succeeded: run 2\n");
  EXPECT_EQ(runs_of("report"), 1U);
}

TEST_F(DagStarts, LoadingTheFolderAgainStartsNothingTwice) {
  file("extract", "");
  file("report", "triggers: {dag: extract}\n");
  load();
  turn();
  end(start("extract"));
  load();
  look();
  file("report", "description: another version\ntriggers: {dag: extract}\n");
  load();
  settle();
  EXPECT_EQ(starts("report"), "run 1 of extract succeeded: run 2\n");
}

TEST_F(DagStarts, EndsBeforeTheTriggerWasThereOrWasAnotherAreOfNoConcern) {
  file("extract", "");
  file("report", "");
  load();
  turn();
  end(start("extract"));
  file("report", "triggers: {dag: extract, states: [failed]}\n");
  load();
  settle();
  end(start("extract"));
  file("report", "triggers: {dag: extract}\n");
  load();
  settle();
  EXPECT_EQ(starts("report"), "");
  end(start("extract"));
  settle();
  EXPECT_EQ(starts("report"), "run 3 of extract succeeded: run 4\n");
}

TEST_F(DagStarts, WhatEndsWhileTheFileIsAwayIsOfNoConcern) {
  file("extract", "");
  file("report", "triggers: {dag: extract}\n");
  load();
  turn();
  files_.erase("report");
  load();
  turn();
  end(start("extract"));
  settle();
  file("report", "triggers: {dag: extract}\n");
  load();
  settle();
  EXPECT_EQ(starts("report"), "");
}

TEST_F(DagStarts, PauseFreezeAndOverlapAreDecisions) {
  file("extract", "");
  file("report", "on_overlap: skip\ntriggers: {dag: extract}\n");
  load();
  turn();
  ASSERT_TRUE(catalog_->pause("report", "ann", "repairs", *engine_, now_).ok());
  end(start("extract"));
  settle();
  ASSERT_TRUE(catalog_->unpause("report", Release::all, "ann", *engine_, now_).ok());
  settle();
  const auto freeze = catalog_->freeze("ann", "audit", std::nullopt, Release::all, *engine_, now_);
  ASSERT_TRUE(freeze.ok());
  end(start("extract"));
  settle();
  ASSERT_TRUE(catalog_->lift_freeze(*freeze, "ann", *engine_, now_).ok());
  settle();
  for (int i = 0; i < 2; ++i) {
    end(start("extract"));
    settle();
  }
  EXPECT_EQ(starts("report"),
            "run 1 of extract succeeded: paused\n"
            "run 2 of extract succeeded: frozen\n"
            "run 3 of extract succeeded: run 4\n"
            "run 5 of extract succeeded: overlapping\n");
}

TEST_F(DagStarts, AParameterWithoutAValueIsADecisionWithItsReason) {
  file("extract", "");
  file("report", "params: {size: {type: integer}}\ntriggers: {dag: extract}\n");
  load();
  turn();
  end(start("extract"));
  settle();
  EXPECT_EQ(starts("report"), "run 1 of extract succeeded: missed\n");
  EXPECT_EQ(catalog_->take_troubles().size(), 1U);
}

// Loops are refused when a folder is read; here none was refused.
TEST_F(DagStarts, ALoopEndsByItself) {
  file("egg", "triggers: {dag: hen}\n");
  file("hen", "triggers: {dag: egg}\n");
  load();
  turn();
  RunId last = start("egg");
  for (int i = 0; i < 40 && last; ++i) {
    end(last);
    settle();
    last = RunId{last.value + 1};
    if (!engine_->is_live(last)) last = {};
  }
  EXPECT_FALSE(last);
  EXPECT_EQ(run(33).state, RunState::succeeded);
  EXPECT_NE(starts("hen").find("missed") != std::string::npos,
            starts("egg").find("missed") != std::string::npos);
}

}  // namespace
}  // namespace tidemill
