// What a task waits for outside of its run: a thing that is looked at, or a person's answer.
#include <fmt/format.h>

#include "base/text.h"
#include "core/approval.h"
#include "core/explain_words.h"
#include "core/run_timers.h"
#include "core/wait_for.h"

namespace tidemill {
namespace {

std::string so_long(const Subject& subject) {
  const WallTime since = subject.state().ready_at;
  if (since == WallTime{}) return "";
  return fmt::format(" (for {})", time_since(since, subject.now.wall));
}

void note_end(const Subject& subject, std::string_view then, Explanation& said) {
  const Duration timeout = wait_timeout(subject.spec());
  if (timeout <= Duration{}) {
    said.details.emplace_back("it has no timeout");
    return;
  }
  const WallTime at = subject.state().ready_at + timeout;
  said.details.push_back(
      fmt::format("{} in {}, at {}", then, time_until(at, subject.now.wall), format_rfc3339(at)));
}

Explanation explain_wait(const Subject& subject) {
  const TaskRun& state = subject.state();
  const WaitSpec& wait = *subject.spec().wait_for;
  const auto target = wait_target(subject.dag, subject.run, subject.index, state.ready_at);
  Explanation said;
  said.sentence = fmt::format("{} waits for {}{}", subject.name(),
                              target.ok() ? in_words(*target) : target.error().message,
                              so_long(subject));
  if (wait.kind != WaitSpec::Kind::time) {
    said.details.push_back("last answer: " + (state.reason.empty() ? "none yet" : state.reason));
    const Duration left = std::max(state.ready_since - subject.now.boot, Duration{});
    const WallTime next = subject.now.wall + left;
    said.details.push_back(fmt::format(
        "next check: {}", left > Duration{} ? "in " + time_until(next, subject.now.wall) : "now"));
  }
  note_end(subject, wait.skip_on_timeout ? "it is skipped" : "it fails", said);
  return said;
}

Explanation explain_approval(const Subject& subject) {
  const ApprovalSpec& approval = *subject.spec().approval;
  const std::string prompt = prompt_text(subject.dag, subject.run, subject.index);
  Explanation said;
  said.sentence = fmt::format("{} waits for a person to decide{}: {}", subject.name(),
                              so_long(subject), printable(prompt, 300));
  said.details.push_back(fmt::format("answer it: tidemill approve {} {} (or reject), as {}",
                                     subject.run.id.value, subject.name(), to_word(approval.role)));
  note_end(subject, approval.approve_by_default ? "it is approved by default" : "it is rejected",
           said);
  return said;
}

}  // namespace

Explanation explain_awaiting_input(const Subject& subject) {
  Explanation said;
  if (subject.spec().wait_for != nullptr) {
    said = explain_wait(subject);
  } else if (subject.spec().approval != nullptr) {
    said = explain_approval(subject);
  } else {
    said.sentence = subject.name() + " waits for a person to decide" + so_long(subject);
  }
  said.details.emplace_back("it holds no slot while it waits");
  return said;
}

}  // namespace tidemill
