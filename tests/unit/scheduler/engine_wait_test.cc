// Tasks that wait, and datasets, through the engine and into a real database whose rules check each
// step.
#include "core/approval.h"
#include "core/wait_for.h"
#include "scheduler/storage/dataset_reader.h"
#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Answer = event::Looked::Answer;

DagOption waits(const std::string& id) {
  return with(id, [](TaskSpec& task) {
    WaitSpec wait;
    wait.target = Template("in.csv");
    wait.timeout = minutes(10);
    task.wait_for = std::make_shared<const WaitSpec>(wait);
  });
}

DagOption asks(const std::string& id) {
  return with(id, [](TaskSpec& task) {
    ApprovalSpec approval;
    approval.prompt = Template("Go on?");
    ParamSpec field;
    field.name = "n";
    field.type = ParamType::integer;
    field.required = true;
    approval.form.push_back(field);
    task.approval = std::make_shared<const ApprovalSpec>(std::move(approval));
  });
}

DagOption publishes(const std::string& id, const std::string& dataset) {
  return with(id, [=](TaskSpec& task) { task.publishes = dataset; });
}

Json filled(int n) {
  Json fields;
  fields.set("n", n);
  return fields;
}

class EngineWait : public EngineFixture {
 protected:
  void looked(RunId run, Answer answer, const std::string& said = "") {
    const TaskIndex task = dag_->find("gate");
    engine_->on_looked(run, {task, engine_->find(run)->run.tasks[task].ready_at, answer, said},
                       now_);
  }
  Status answer(RunId run, bool approved, const Json& fields, const std::string& by = "ann") {
    return engine_->answer(run, {dag_->find("gate"), approved, {}, by, "fine"}, fields, now_);
  }
  DatasetReader datasets() { return DatasetReader::open("tidemill.db", disk_.vfs()).value(); }
};

TEST_F(EngineWait, AWaitTakesNoSlot) {
  hello(1, "w", {}, "b1", 1);
  const RunId run = submit(dag("gate -> load; other", waits("gate")));
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; look for 0 of run 1: in.csv; start other#1=1 on 1");
  EXPECT_EQ(state_of(run, 0), TaskState::awaiting_input);
  EXPECT_EQ(engine_->live_attempts(), 1u);
  looked(run, Answer::not_yet, "there is no such file");
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(stored(run).tasks[0].reason, "there is no such file");
  looked(run, Answer::not_yet, "there is no such file");
  EXPECT_EQ(turn(), "");
  EXPECT_TRUE(last_.empty()) << "an answer that says nothing new is not written";
  pass(seconds(30));
  engine_->on_heard(LinkId{1}, now_);
  engine_->wake(now_);
  EXPECT_EQ(turn(), "look for 0 of run 1: in.csv");
  EXPECT_TRUE(last_.empty());
  ended(1, 1);
  looked(run, Answer::there);
  EXPECT_EQ(turn(), "start load#1=2 on 1; ack 1 to 1");
}

TEST_F(EngineWait, AWaitGoesOnAfterACrash) {
  const RunId run = submit(dag("gate", waits("gate")));
  turn();
  const WallTime since = stored(run).tasks[0].ready_at;
  pass(minutes(9));
  restart();
  engine_->wake(now_);
  EXPECT_EQ(turn(), "look for 0 of run 1: in.csv");
  EXPECT_EQ(engine_->find(run)->run.tasks[0].ready_at, since);
  pass(minutes(1));
  engine_->wake(now_);
  EXPECT_EQ(turn(), "run 1 failed");
  // What was being looked at answers to nobody.
  engine_->on_looked(run, {0, since, Answer::there, ""}, now_);
  EXPECT_EQ(turn(), "");
}

TEST_F(EngineWait, AnAnswerIsRowsEventAndOutputs) {
  hello(1, "w");
  const RunId run = submit(dag("gate -> load", asks("gate")));
  EXPECT_EQ(turn(), "welcome 1 to epoch 1");
  EXPECT_EQ(engine_->approvals().size(), 1u);
  const Status wrong = answer(run, true, Json(Json::Object()));
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid);
  EXPECT_EQ(wrong.error().message, "n is required (integer)");
  EXPECT_TRUE(answer(run, true, filled(7)).ok());
  EXPECT_EQ(turn(), "start load#1=1 on 1");
  EXPECT_TRUE(engine_->approvals().empty());
  const StoredRun rows = stored(run);
  ASSERT_EQ(rows.results.size(), 1u);
  EXPECT_EQ(*rows.results[0].second->output("n"), "7");
  EXPECT_EQ(rows.tasks[0].reason, "approved by ann: fine");
  const auto events = reader().events(run, 0, 100).value();
  EXPECT_TRUE(std::any_of(events.begin(), events.end(),
                          [](const EventRow& event) { return event.kind == "answer"; }));
}

TEST_F(EngineWait, TheSecondAnswerIsAConflictAndChangesNothing) {
  const RunId run = submit(dag("gate; other", asks("gate")));
  turn();
  ASSERT_TRUE(answer(run, false, Json(Json::Object()), "ann").ok());
  turn();
  const Status second = answer(run, true, filled(1), "bob");
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_NE(second.error().message.find("rejected by ann"), std::string::npos);
  turn();
  EXPECT_EQ(state_of(run, 0), TaskState::failed);
}

TEST_F(EngineWait, AQuestionIsThereAgainAfterACrash) {
  const RunId run = submit(dag("gate; other", asks("gate")));
  turn();
  restart();
  ASSERT_EQ(engine_->approvals().size(), 1u);
  EXPECT_TRUE(answer(run, true, filled(3)).ok());
  turn();
  restart();
  EXPECT_TRUE(engine_->approvals().empty());
  EXPECT_EQ(*engine_->find(run)->run.tasks[0].result->output("n"), "3");
}

TEST_F(EngineWait, AClearedApprovalKeepsBothAnswersApart) {
  const RunId run = submit(dag("gate; other", asks("gate")));
  turn();
  ASSERT_TRUE(answer(run, true, filled(1)).ok());
  turn();
  ASSERT_TRUE(engine_->clear(run, {0}, ClearReach::only, "bob", "again", now_).ok());
  turn();
  ASSERT_TRUE(answer(run, true, filled(2)).ok());
  turn();
  EXPECT_EQ(*stored(run).results.at(0).second->output("n"), "2");
  EXPECT_EQ(*reader().result(run, 0, 0).value()->output("n"), "1");
}

TEST_F(EngineWait, ASuccessPublishesInItsOwnCommit) {
  hello(1, "w");
  const RunId run = submit(dag("a -> b", publishes("a", "listings"), retries(1, seconds(0))));
  turn();
  ended(1, 1, exited(1));
  turn();
  EXPECT_EQ(datasets().last_update().value(), 0);
  engine_->wake(now_);
  turn();
  ended(1, 2);
  turn();
  const auto update = datasets().newest("listings").value();
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(update->run, run);
  EXPECT_EQ(update->task, "a");
  EXPECT_EQ(update->attempt, AttemptId{2});
  // A success that is reported again changes nothing.
  ended(1, 2);
  turn();
  EXPECT_EQ(datasets().last_update().value(), 1);
}

TEST_F(EngineWait, AMarkPublishesNothing) {
  const RunId run = submit(dag("a; b", publishes("a", "listings")));
  turn();
  ASSERT_TRUE(engine_->mark(run, {0}, TaskState::succeeded, "ann", "by hand", now_).ok());
  turn();
  EXPECT_EQ(datasets().last_update().value(), 0);
}

}  // namespace
}  // namespace tidemill
