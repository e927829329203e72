#include "scheduler/housekeeping.h"

#include "scheduler/people/sessions.h"
#include "scheduler/storage/read_audit.h"

namespace tidemill {
namespace {

constexpr Duration kUsesEvery = std::chrono::seconds(30);
constexpr Duration kSweepEvery = std::chrono::hours(1);
constexpr Duration kHeadEvery = std::chrono::seconds(10);

std::string head_file(const std::string& data_dir) { return data_dir + "/audit.head"; }

// Not worth an audit entry: nobody asked for it.
void store(const Housekeeping& house, tidemill::Change change) {
  Mutation mutation;
  mutation.store = std::move(change.store);
  mutation.done = [&house](const Result<Json>& stored) {
    if (!stored.ok()) house.complain("cannot keep the books: " + stored.error().message);
  };
  house.mutate(std::move(mutation));
}

Status keep_head(const Housekeeping& house, std::int64_t& kept) {
  auto reader = TRY(house.people.take());
  const AuditHead head = TRY(read_audit_head(*reader));
  if (head.seq == kept) return Ok{};
  TRY(write_audit_head(head_file(house.data_dir), head));
  kept = head.seq;
  return Ok{};
}

}  // namespace

std::vector<Chore> housekeeping_chores(Housekeeping& house) {
  std::vector<Chore> chores;
  chores.push_back({kUsesEvery,
                    [&house](Engine&, Now) {
                      auto uses = house.authenticator.take_uses();
                      if (uses) store(house, std::move(*uses));
                    },
                    {}});
  chores.push_back(
      {kSweepEvery, [&house](Engine&, Now now) { store(house, sweep_sessions(now.wall)); }, {}});
  chores.push_back({kHeadEvery,
                    [&house, kept = std::int64_t{-1}](Engine&, Now) mutable {
                      const Status done = keep_head(house, kept);
                      if (!done.ok()) house.complain(done.error().message);
                    },
                    {}});
  return chores;
}

Result<std::string> audit_was_cut(const std::string& data_dir, Readers& people) {
  const AuditHead head = TRY(read_audit_head_file(head_file(data_dir)));
  auto reader = TRY(people.take());
  return compare_audit_head(*reader, head);
}

}  // namespace tidemill
