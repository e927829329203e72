#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "core/backfill.h"
#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 3> kReprocessWords = {"none", "failed", "all"};
constexpr std::array<std::string_view, 2> kOrderWords = {"oldest_first", "newest_first"};
constexpr std::array<std::string_view, 4> kSlotWords = {"waiting", "run", "skipped", "cancelled"};

std::string instants(std::size_t count) {
  return plural(static_cast<std::int64_t>(count), "instant");
}

void add_count(std::vector<std::string>& parts, std::size_t count, std::string_view what) {
  if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
}

}  // namespace

std::string_view to_word(Reprocess reprocess) { return word_in(kReprocessWords, reprocess); }
std::string_view to_word(BackfillOrder order) { return word_in(kOrderWords, order); }
std::string_view to_word(SlotState state) { return word_in(kSlotWords, state); }

std::optional<Reprocess> reprocess_from(std::string_view word) {
  return value_in<Reprocess>(kReprocessWords, word);
}
std::optional<BackfillOrder> backfill_order_from(std::string_view word) {
  return value_in<BackfillOrder>(kOrderWords, word);
}
std::optional<SlotState> slot_state_from(std::string_view word) {
  return value_in<SlotState>(kSlotWords, word);
}

std::string plan_words(const BackfillPlan& plan, const BackfillRequest& request, WallTime now) {
  if (plan.slots.empty()) return "the schedule has no instant in this range that is due yet";
  std::string words = fmt::format("{} {}", instants(plan.to_run),
                                  plan.to_run == 1 ? "runs" : "run");
  if (plan.skipped > 0) {
    words += fmt::format(", {} {} skipped", plan.skipped, plan.skipped == 1 ? "is" : "are");
  }
  words += fmt::format(
      "; {}, at most {} at once",
      request.order == BackfillOrder::oldest_first ? "oldest first" : "newest first",
      request.max_parallel);
  if (request.until > now) words += "; what is not due yet is left to the schedule";
  return words;
}

std::string in_words(const BackfillProgress& p) {
  const std::size_t runs = p.total - p.skipped - p.dropped;
  std::vector<std::string> ended, open;
  add_count(ended, p.succeeded, "succeeded");
  add_count(ended, p.partial, "partial");
  add_count(ended, p.failed, "failed");
  add_count(ended, p.cancelled, "cancelled");
  add_count(open, p.running, "running");
  add_count(open, p.queued, "queued");
  add_count(open, p.waiting, "waiting");
  std::string words = fmt::format("{} of {} ended", p.ended(),
                                  plural(static_cast<std::int64_t>(runs), "run"));
  if (!ended.empty()) words += ": " + join(ended, ", ");
  if (!open.empty()) words += "; " + join(open, ", ");
  if (p.skipped > 0) words += "; " + instants(p.skipped) + " skipped";
  if (p.dropped > 0) words += "; " + instants(p.dropped) + " dropped by the cancel";
  return words;
}

}  // namespace tidemill
