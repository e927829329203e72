#include "scheduler/api/log_watch.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <set>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace tidemill::api {
namespace {

constexpr auto kPatience = std::chrono::minutes(1);

class Readers : public http::EventHub {
 public:
  void publish(std::vector<http::HubEvent> events) override {
    const std::lock_guard lock(mutex_);
    for (http::HubEvent& event : events) events_.push_back(std::move(event));
    changed_.notify_all();
  }
  bool has_readers(const std::string& topic) const override {
    const std::lock_guard lock(mutex_);
    asked_.insert(topic);
    changed_.notify_all();
    return read_.contains(topic);
  }
  void read(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    read_.insert(topic);
  }
  bool wait_asked(const std::string& topic) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return asked_.contains(topic); });
  }
  bool wait_told(const std::string& topic, const std::string& data) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      return std::any_of(events_.begin(), events_.end(),
                         [&](const auto& e) { return e.topic == topic && e.data == data; });
    });
  }
  std::vector<http::HubEvent> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::set<std::string> asked_;
  std::set<std::string> read_;
  std::vector<http::HubEvent> events_;
};

class LogWatchTest : public ::testing::Test {
 protected:
  void append(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::app) << text;
  }

  testing::TemporaryDirectory folder_;
  Readers hub_;
};

TEST_F(LogWatchTest, ALogThatGrowsIsToldOf) {
  append("1.log", "one\n");
  hub_.read("log:1/a/1");
  LogWatch watch;
  ASSERT_TRUE(watch.start(hub_).ok());
  watch.add("log:1/a/1", folder_ / "1.log", "etl");
  EXPECT_TRUE(hub_.wait_told("log:1/a/1", "{\"size\":4}"));
  append("1.log", "two\n");
  EXPECT_TRUE(hub_.wait_told("log:1/a/1", "{\"size\":8}"));
  EXPECT_EQ(hub_.events().front().dag, "etl");
  EXPECT_EQ(hub_.events().front().type, "log");
}

TEST_F(LogWatchTest, ALogThatIsNotThereYetIsToldOfWhenItComes) {
  hub_.read("log:1/a/1");
  LogWatch watch;
  watch.add("log:1/a/1", folder_ / "1.log", "etl");
  ASSERT_TRUE(watch.start(hub_).ok());
  watch.add("log:1/a/1", folder_ / "1.log", "etl");
  EXPECT_TRUE(hub_.wait_asked("log:1/a/1"));
  append("1.log", "one\n");
  EXPECT_TRUE(hub_.wait_told("log:1/a/1", "{\"size\":4}"));
}

TEST_F(LogWatchTest, WhatNobodyReadsIsForgotten) {
  append("1.log", "one\n");
  append("2.log", "one\n");
  hub_.read("log:2/a/1");
  LogWatch watch(Duration{0});
  ASSERT_TRUE(watch.start(hub_).ok());
  watch.add("log:1/a/1", folder_ / "1.log", "etl");
  ASSERT_TRUE(hub_.wait_asked("log:1/a/1"));
  watch.add("log:2/a/1", folder_ / "2.log", "etl");
  ASSERT_TRUE(hub_.wait_asked("log:2/a/1"));
  append("1.log", "two\n");
  append("2.log", "two\n");
  EXPECT_TRUE(hub_.wait_told("log:2/a/1", "{\"size\":8}"));
  for (const http::HubEvent& event : hub_.events())
    EXPECT_NE(event.data + event.topic, "{\"size\":8}log:1/a/1");
}

TEST_F(LogWatchTest, NothingIsToldAfterItWasStopped) {
  append("1.log", "one\n");
  hub_.read("log:1/a/1");
  LogWatch watch;
  ASSERT_TRUE(watch.start(hub_).ok());
  watch.add("log:1/a/1", folder_ / "1.log", "etl");
  ASSERT_TRUE(hub_.wait_told("log:1/a/1", "{\"size\":4}"));
  watch.stop();
  const std::size_t told = hub_.events().size();
  append("1.log", "two\n");
  watch.add("log:1/a/2", folder_ / "1.log", "etl");
  EXPECT_EQ(hub_.events().size(), told);
}

}  // namespace
}  // namespace tidemill::api
