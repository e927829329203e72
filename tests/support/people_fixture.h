// A real database and the writer; changes are committed as the scheduler does it.
#pragma once

#include <fstream>
#include <sstream>

#include "scheduler/people/accounts.h"
#include "scheduler/people/readers.h"
#include "scheduler/storage/people_users.h"
#include "scheduler/storage/writer.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {

class PeopleFixture : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    StorageOptions options;
    options.path = path();
    options.boot_id = "boot-1";
    auto writer = Writer::open(options, now_);
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    writer_ = std::move(writer).value();
    readers_ = std::make_unique<Readers>(path());
  }
  void close() {
    readers_.reset();
    writer_.reset();
  }
  std::string path() const { return folder_ / "tidemill.db"; }

  Result<Json> commit(const Change& change) {
    Principal who;
    who.kind = Principal::Kind::local;
    who.name = "local";
    auto operation = std::make_shared<Operation>();
    operation->apply = change.store;
    operation->audit = audit_entry(change, who, now_);
    Batch batch;
    batch.operations.push_back(operation);
    const Status done = writer_->commit(batch);
    EXPECT_TRUE(done.ok()) << done.error().message;
    return *operation->outcome;
  }
  void must(const Change& change) {
    const auto done = commit(change);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  void add_user(const std::string& name, Role role) {
    must(create_user({name, std::nullopt, role, false}, now_));
  }

  template <typename Read>
  auto read(Read what) {
    auto reader = readers_->take();
    EXPECT_TRUE(reader.ok());
    return what(**reader);
  }
  std::optional<UserRow> user(const std::string& name) {
    return read([&](Database& database) { return find_user(database, name); }).value();
  }

  // Every byte of the files in the data folder but `without`.
  std::string stored_bytes(const std::string& without) const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file() || entry.path().filename() == without) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      all += text.str();
    }
    return all;
  }

  testing::TemporaryDirectory folder_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Readers> readers_;
  WallTime now_{1'700'000'000'000'000};
};

}  // namespace tidemill
