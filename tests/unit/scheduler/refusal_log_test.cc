#include "scheduler/refusal_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/json.h"

namespace tidemill {
namespace {

class RefusalLogTest : public ::testing::Test {
 protected:
  std::vector<AuditEntry> entries_;
  RefusalLog log_{[this](AuditEntry entry) { entries_.push_back(std::move(entry)); }};

  static std::int64_t left_out(const AuditEntry& entry) {
    return parse_json(entry.detail).value().find("left_out_before")->as_int();
  }
};

http::RequestRecord request(int status, bool showed_credentials) {
  http::RequestRecord record;
  record.method = "GET";
  record.path = "/api/v1/dags";
  record.status = status;
  record.remote = "10.0.0.7";
  record.showed_credentials = showed_credentials;
  return record;
}

TEST_F(RefusalLogTest, WritesRequestsThatShowedSomethingOrWereForbidden) {
  log_.refused(request(200, true));
  log_.refused(request(404, true));
  log_.refused(request(401, false));
  EXPECT_TRUE(entries_.empty());
  log_.refused(request(401, true));
  log_.refused(request(403, false));
  ASSERT_EQ(entries_.size(), 2u);
  EXPECT_EQ(entries_[0].refused, "unauthenticated");
  EXPECT_EQ(entries_[1].refused, "forbidden");
  EXPECT_EQ(entries_[1].object, "GET /api/v1/dags");
}

TEST_F(RefusalLogTest, AStrangerHasItsAddressWithoutThePort) {
  log_.refused({"10.0.0.7:41234", "", false, "broken frame"});
  log_.refused({"[fe80::1]:5", "night\nly", false, "no such token"});
  log_.refused({"10.0.0.7:41235", "nightly", true, "the token was revoked"});
  ASSERT_EQ(entries_.size(), 3u);
  EXPECT_EQ(entries_[0].address, "10.0.0.7");
  EXPECT_EQ(entries_[0].who, "anonymous");
  EXPECT_EQ(entries_[0].object, "a stranger");
  EXPECT_EQ(entries_[1].address, "[fe80::1]");
  EXPECT_EQ(entries_[1].object.find('\n'), std::string::npos);
  EXPECT_EQ(entries_[2].who, "worker nightly");
  EXPECT_EQ(entries_[2].refused, "forbidden");
  EXPECT_EQ(parse_json(entries_[2].detail).value().find("reason")->as_string(),
            "the token was revoked");
}

TEST_F(RefusalLogTest, AFloodAtTheDoorIsCountedAndHidesNoRequest) {
  for (int i = 0; i < 1000; ++i) log_.refused({"10.0.0.7:1", "", false, "broken frame"});
  const std::size_t written = entries_.size();
  EXPECT_LT(written, 200u);
  log_.refused(request(403, false));
  ASSERT_EQ(entries_.size(), written + 1);
  EXPECT_EQ(left_out(entries_.back()), 0);
  log_.tell_left_out();
  ASSERT_EQ(entries_.size(), written + 2);
  EXPECT_EQ(entries_.back().action, "worker.refused");
  EXPECT_EQ(left_out(entries_.back()), static_cast<std::int64_t>(1000 - written));
  log_.tell_left_out();
  EXPECT_EQ(entries_.size(), written + 2);
}

}  // namespace
}  // namespace tidemill
