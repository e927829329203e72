#include "core/wait_for.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "core/render.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxTargetBytes = 4096;

Status read_time(WaitTarget& target, WallTime begun) {
  if (const auto instant = parse_rfc3339(target.text); instant.ok()) {
    target.at = *instant;
    return Ok{};
  }
  if (const auto after = parse_duration(target.text); after.ok()) {
    target.after = *after;
    target.at = begun + *after;
    return Ok{};
  }
  return invalid(
      fmt::format("\"{}\" is neither an instant such as 2027-01-01T06:00:00Z nor a "
                  "duration such as 2h",
                  printable(target.text, 60)));
}

Status refuse_odd(const std::string& text) {
  if (text.empty()) return invalid("it is empty");
  if (text.size() > kMaxTargetBytes) return invalid("it is longer than 4 KiB");
  const bool odd = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (odd) return invalid("it holds a control character");
  return Ok{};
}

}  // namespace

bool WaitSpec::accepts(int answer) const {
  if (status.empty()) return answer >= 200 && answer <= 299;
  return std::find(status.begin(), status.end(), answer) != status.end();
}

Result<WaitTarget> wait_target(const Dag& dag, const Run& run, TaskIndex task, WallTime begun) {
  const WaitSpec& wait = *dag.tasks[task].wait_for;
  const std::string where = fmt::format("with.{}", to_word(wait.kind));
  WaitTarget target;
  target.kind = wait.kind;
  auto text = wait.target.render(run_lookup(dag, run));
  if (!text.ok()) return text.error().context(where);
  target.text = std::move(*text);
  if (const Status fits = refuse_odd(target.text); !fits.ok()) return fits.error().context(where);
  if (wait.kind == WaitSpec::Kind::time) {
    const Status read = read_time(target, begun);
    if (!read.ok()) return read.error().context(where);
  }
  if (wait.kind == WaitSpec::Kind::dataset) {
    target.at = run.scheduled_for;
    if (wait.max_age > Duration{}) target.at = std::min(target.at, begun - wait.max_age);
  }
  return target;
}

std::string in_words(const WaitTarget& target) {
  switch (target.kind) {
    case WaitSpec::Kind::file:
      return "the file " + printable(target.text, 200);
    case WaitSpec::Kind::http:
      return printable(target.text, 200) + " to answer";
    case WaitSpec::Kind::time:
      return format_rfc3339(target.at);
    case WaitSpec::Kind::dataset:
      return fmt::format("an update of the dataset {} since {}", target.text,
                         format_rfc3339(target.at));
  }
  UNREACHABLE();
}

Duration nap(const WaitSpec& wait, const WaitTarget& target, WallTime now) {
  if (wait.kind != WaitSpec::Kind::time) return wait.every;
  if (target.after > Duration{}) return target.after;
  return std::clamp(target.at - now, Duration{}, kLongestNap);
}

}  // namespace tidemill
