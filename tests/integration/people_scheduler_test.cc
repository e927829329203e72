// Changes of people through a whole scheduler, from many threads at once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "scheduler/people/accounts.h"
#include "scheduler/people/readers.h"
#include "scheduler/scheduler.h"
#include "scheduler/storage/people_users.h"
#include "scheduler/storage/read_audit.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

TEST(PeopleScheduler, OfTwentyWhoMakeTheSameUserAtOnceOneDoes) {
  testing::TemporaryDirectory folder;
  SchedulerConfig config;
  config.data_dir = folder / "data";
  config.load_dag = [](const DagVersionRow&, const std::string&) -> Result<DagPtr> {
    return not_found("no such dag");
  };
  auto scheduler = Scheduler::open(config);
  ASSERT_TRUE(scheduler.ok()) << scheduler.error().message;

  constexpr int kThreads = 20;
  std::atomic<int> made = 0, refused = 0, answered = 0;
  std::vector<std::thread> makers;
  const WallTime now = system_now().wall;
  for (int i = 0; i < kThreads; ++i) {
    makers.emplace_back([&] {
      const Change change = create_user({"ann", std::nullopt, Role::viewer, false}, now);
      Principal who;
      who.kind = Principal::Kind::local;
      who.name = "local";
      Mutation mutation;
      mutation.store = change.store;
      mutation.audit = audit_entry(change, who, now);
      const auto done = (*scheduler)->change(std::move(mutation), std::chrono::seconds(60));
      made += done.ok();
      refused += !done.ok() && done.error().code == ErrorCode::conflict;
      ++answered;
      (*scheduler)->post([](Scheduler&) {});  // so that the loop looks again
    });
  }
  ASSERT_TRUE((*scheduler)->run_until([&] { return answered == kThreads; }).ok());
  for (std::thread& maker : makers) maker.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, kThreads - 1);

  Readers readers(folder / "data" + "/tidemill.db");
  auto reader = readers.take();
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(all_users(**reader).value().size(), 1u);
  const AuditVerdict verdict = audit_verify(**reader).value();
  EXPECT_TRUE(verdict.whole()) << verdict.what;
  EXPECT_EQ(verdict.rows, kThreads);
  int ok = 0;
  const std::vector<AuditRow> rows = read_audit(**reader, {}).value();
  for (const AuditRow& row : rows) ok += row.outcome == "ok";
  EXPECT_EQ(ok, 1);
}

}  // namespace
}  // namespace tidemill
