#include "core/bulk_retry.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using State = BulkItemState;

std::vector<BulkItem> waiting(std::size_t count) { return std::vector<BulkItem>(count); }

void retry(BulkItem& item, RunState now) { item = {State::retried, item.was, now}; }

std::vector<std::size_t> positions(std::initializer_list<std::size_t> list) { return list; }

TEST(BulkRetry, TheCanaryGoesFirstAndTheRestWaitsForItsEnd) {
  std::vector<BulkItem> items = waiting(6);
  const BulkRetryRule rule{2, 3, 0};
  EXPECT_EQ(next_step(items, rule).retry, positions({0, 1}));
  retry(items[0], RunState::queued);
  retry(items[1], RunState::running);
  EXPECT_TRUE(next_step(items, rule).retry.empty());
  retry(items[0], RunState::succeeded);
  EXPECT_TRUE(next_step(items, rule).retry.empty());
  retry(items[1], RunState::succeeded);
  EXPECT_EQ(next_step(items, rule).retry, positions({2, 3, 4}));
}

TEST(BulkRetry, ACanaryThatFailsAgainStopsAllHoweverManyFailuresAreAllowed) {
  for (const RunState end : {RunState::failed, RunState::cancelled}) {
    std::vector<BulkItem> items = waiting(500);
    retry(items[0], end);
    const BulkStep step = next_step(items, {1, 5, 100});
    EXPECT_TRUE(step.retry.empty());
    EXPECT_EQ(step.stop, "1 run of the canary failed again");
  }
}

TEST(BulkRetry, ASkippedCanaryIsReplacedByTheNext) {
  std::vector<BulkItem> items = waiting(4);
  items[0].state = State::skipped;
  const BulkRetryRule rule{1, 4, 0};
  EXPECT_EQ(next_step(items, rule).retry, positions({1}));
  retry(items[1], RunState::running);
  EXPECT_TRUE(next_step(items, rule).retry.empty());
}

TEST(BulkRetry, WithoutACanaryItBeginsWithAsManyAsMayGoOnAtOnce) {
  EXPECT_EQ(next_step(waiting(4), {0, 2, 0}).retry, positions({0, 1}));
  EXPECT_EQ(next_step(waiting(4), {9, 2, 0}).retry, positions({0, 1}));
}

TEST(BulkRetry, StopsAfterOneFailureMoreThanIsAllowed) {
  std::vector<BulkItem> items = waiting(9);
  const BulkRetryRule rule{1, 3, 2};
  retry(items[0], RunState::succeeded);
  retry(items[1], RunState::failed);
  retry(items[2], RunState::failed);
  EXPECT_EQ(next_step(items, rule).stop, "");
  EXPECT_EQ(next_step(items, rule).retry, positions({3, 4, 5}));
  retry(items[3], RunState::failed);
  retry(items[4], RunState::running);
  const BulkStep step = next_step(items, rule);
  EXPECT_EQ(step.stop, "3 runs failed again, and 2 may");
  EXPECT_TRUE(step.retry.empty());
  EXPECT_FALSE(step.done);
}

TEST(BulkRetry, FailuresAmongTheLastStopNothing) {
  std::vector<BulkItem> items = waiting(2);
  retry(items[0], RunState::succeeded);
  retry(items[1], RunState::failed);
  const BulkStep step = next_step(items, {1, 3, 0});
  EXPECT_EQ(step.stop, "");
  EXPECT_TRUE(step.done);
}

TEST(BulkRetry, APartialRunIsGoodUnlessItWasPartialBefore) {
  EXPECT_EQ(end_of({State::retried, RunState::failed, RunState::partial}), BulkEnd::well);
  EXPECT_EQ(end_of({State::retried, RunState::partial, RunState::partial}), BulkEnd::again);
  EXPECT_EQ(end_of({State::retried, RunState::partial, RunState::succeeded}), BulkEnd::well);
  EXPECT_EQ(end_of({State::retried, RunState::cancelled, RunState::queued}), BulkEnd::unfinished);
}

TEST(BulkRetry, NothingAtAllIsDone) {
  EXPECT_TRUE(next_step({}, {}).done);
  std::vector<BulkItem> items = waiting(2);
  for (BulkItem& item : items) item.state = State::skipped;
  EXPECT_TRUE(next_step(items, {}).done);
}

// Every order of ends keeps within the limits and comes to an end.
TEST(BulkRetry, KeepsItsLimitsWhateverEndsFirst) {
  for (int canary = 0; canary <= 3; ++canary) {
    for (int parallel = 1; parallel <= 3; ++parallel) {
      std::vector<BulkItem> items = waiting(7);
      const BulkRetryRule rule{canary, parallel, 0};
      int steps = 0;
      for (BulkStep step = next_step(items, rule); !step.done; step = next_step(items, rule)) {
        ASSERT_LT(++steps, 50);
        for (const std::size_t i : step.retry) retry(items[i], RunState::running);
        std::size_t unfinished = 0, newest = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
          if (items[i].state != State::retried || is_terminal(items[i].run)) continue;
          ++unfinished;
          newest = i;
        }
        ASSERT_GE(unfinished, 1u);
        ASSERT_LE(unfinished, static_cast<std::size_t>(parallel));
        retry(items[newest], RunState::succeeded);
      }
    }
  }
}

TEST(BulkRetry, SaysHowFarItIs) {
  std::vector<BulkItem> items = waiting(5);
  EXPECT_EQ(in_words(items, {1, 5, 0}), "canary of 1: waits; 0 of 5 runs ended; 5 waiting");
  retry(items[0], RunState::succeeded);
  retry(items[1], RunState::failed);
  retry(items[2], RunState::queued);
  items[3].state = State::skipped;
  EXPECT_EQ(in_words(items, {1, 5, 1}),
            "canary of 1: succeeded; 2 of 4 runs ended: 1 succeeded, 1 failed again; 1 under way, "
            "1 waiting, 1 skipped");
  for (const State state : {State::waiting, State::retried, State::skipped, State::cancelled}) {
    EXPECT_EQ(bulk_item_state_from(to_word(state)), state);
  }
}

}  // namespace
}  // namespace tidemill
