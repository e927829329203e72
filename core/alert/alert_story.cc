#include "core/alert/alert_story.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kNamedAtMost = 5;  // of a list in a sentence

WallTime to_the_second(WallTime t) { return {t.us / 1'000'000 * 1'000'000}; }

std::string ago(WallTime then, WallTime now) {
  return now > then ? fmt::format(" ({} ago)", format_duration(now - then)) : "";
}

// "a, b and 3 more".
std::string named(const std::vector<std::string>& names) {
  if (names.size() <= kNamedAtMost) return join(names, ", ");
  const std::vector<std::string> first(names.begin(), names.begin() + kNamedAtMost);
  return fmt::format("{} and {} more", join(first, ", "), names.size() - kNamedAtMost);
}

// Lines that belong together. Those of the lowest rank get their room first.
struct Part {
  int rank = 0;
  std::vector<std::string> lines;
  std::size_t kept = 0;
};

class Message {
 public:
  void add(int rank, std::vector<std::string> lines) {
    std::erase(lines, std::string());
    parts_.push_back({rank, std::move(lines)});
  }

  // A heading without anything below it is left out, too.
  std::string text(std::size_t most) {
    std::vector<Part*> order;
    for (Part& part : parts_) order.push_back(&part);
    std::stable_sort(order.begin(), order.end(),
                     [](const Part* a, const Part* b) { return a->rank < b->rank; });
    std::size_t left = most;
    for (Part* part : order) left -= keep(*part, left);
    std::string text;
    for (const Part& part : parts_) {
      for (std::size_t i = 0; i < part.kept; ++i) text += part.lines[i] + "\n";
    }
    if (!text.empty()) text.pop_back();
    return text;
  }

 private:
  static std::size_t keep(Part& part, std::size_t left) {
    std::size_t used = 0;
    for (const std::string& line : part.lines) {
      if (used + line.size() + 1 > left) break;
      used += line.size() + 1;
      ++part.kept;
    }
    if (part.kept == 1 && part.lines.size() > 1 && part.lines.front().ends_with(':')) {
      part.kept = used = 0;
    }
    return used;
  }

  std::vector<Part> parts_;
};

std::string state_line(const AlertStory& story, WallTime now) {
  const Alert& alert = story.alert;
  std::string line = fmt::format("{}, {}", to_word(alert.severity), to_word(alert.state));
  if (!alert.by.empty()) line += " by " + printable(alert.by, 64);
  line += fmt::format(", since {}{}", format_rfc3339(to_the_second(alert.raised_at)),
                      ago(alert.raised_at, now));
  if (alert.count > 1) line += fmt::format(", {} times", alert.count);
  return line;
}

std::string run_line(const StoryRun& run) {
  std::string line = fmt::format("Run {}", run.run);
  if (!run.task.empty()) line += ", task " + run.task;
  if (run.attempt > 0) line += fmt::format(", attempt {}", run.attempt);
  if (!run.worker.empty()) line += ", on worker " + printable(run.worker, 64);
  if (run.ended_at.us != 0) {
    line += fmt::format(", ended {}", format_rfc3339(to_the_second(run.ended_at)));
  }
  return line;
}

std::string good_line(const AlertStory& story, WallTime now) {
  if (!story.run) return "";
  if (!story.good) return "It has not succeeded before.";
  const std::string before = fmt::format("run {}, the last success ({}{})", story.good->run,
                                         format_rfc3339(to_the_second(story.good->ended_at)),
                                         ago(story.good->ended_at, now));
  return story.changes.empty() ? fmt::format("No change is known since {}.", before)
                               : fmt::format("Changed since {}:", before);
}

std::vector<std::string> change_lines(const AlertStory& story, WallTime now) {
  std::vector<std::string> lines = {good_line(story, now)};
  for (const AlertChange& change : story.changes) {
    lines.push_back(fmt::format("  {} {}", to_word(change.kind), printable(change.text, 160)));
  }
  return lines;
}

std::vector<std::string> file_lines(const AlertStory& story) {
  std::vector<std::string> lines;
  for (const AlertChange& change : story.changes) {
    for (const std::string& line : change.diff) lines.push_back("    " + printable(line, 120));
  }
  return lines;
}

std::vector<std::string> advice_lines(const AlertStory& story) {
  std::vector<std::string> lines = {"To do:"};
  for (const std::string& advice : what_to_do(story)) {
    lines.push_back("  " + printable(advice, 160));
  }
  return lines;
}

// The first line of a file that is no heading.
std::string runbook_line(const StoryRunbook& runbook) {
  if (!runbook.url.empty()) return "Runbook: " + printable(runbook.url, 200);
  for (const std::string_view line : split(runbook.text, '\n')) {
    const std::string_view words = trim(line);
    if (!words.empty() && words.front() != '#') return "Runbook: " + printable(words, 200);
  }
  return "";
}

// The end of the log, as much of it as there is room for: newest lines first in the budget.
std::vector<std::string> log_lines(const StoryLog& log, std::size_t most) {
  std::vector<std::string> lines;
  std::size_t used = 0;
  for (auto line = log.lines.rbegin(); line != log.lines.rend(); ++line) {
    std::string shown = "  " + printable(*line, 160);
    used += shown.size() + 1;
    if (used > most) break;
    lines.push_back(std::move(shown));
  }
  if (lines.empty()) return lines;
  lines.emplace_back("Log:");
  std::reverse(lines.begin(), lines.end());
  return lines;
}

Message message_of(const AlertStory& story, WallTime now) {
  Message message;
  message.add(0, {printable(story.what, 300), state_line(story, now)});
  if (story.run) message.add(0, {run_line(*story.run)});
  if (story.run && story.what.find(story.run->reason) == std::string::npos) {
    message.add(1, {printable(story.run->reason, 200)});
  }
  if (!story.log.first_error.empty()) {
    message.add(5, {"First error: " + printable(story.log.first_error, 200)});
  }
  message.add(1, change_lines(story, now));
  message.add(4, file_lines(story));
  const std::string blocked = in_words(story.blocked);
  message.add(2,
              {blocked.empty() ? "Nothing waits for it." : "Blocked: " + printable(blocked, 300)});
  if (story.deadline) message.add(2, {"Deadline: " + in_words(*story.deadline, now)});
  message.add(3, advice_lines(story));
  message.add(3, {runbook_line(story.runbook)});
  return message;
}

}  // namespace

StoryLinks links_of(const AlertStory& story) {
  StoryLinks links;
  links.alert = fmt::format("/alerts/{}", story.id);
  if (!story.run) return links;
  links.run = fmt::format("/runs/{}", story.run->run);
  if (story.run->task.empty()) return links;
  links.task = fmt::format("{}/tasks/{}", links.run, story.run->task);
  if (story.run->attempt > 0) {
    links.log = fmt::format("{}?attempt={}", links.task, story.run->attempt);
  }
  return links;
}

std::string in_words(const StoryBlocked& blocked) {
  std::vector<std::string> parts, dags, waiting;
  if (!blocked.tasks.empty()) parts.push_back(named(blocked.tasks) + " of this run");
  for (const auto& other : blocked.dags) {
    dags.push_back(fmt::format("{} ({})", other.dag, other.why));
  }
  if (!dags.empty()) parts.push_back(named(dags));
  for (const auto& task : blocked.waiting) {
    waiting.push_back(fmt::format("{} of {} in run {}, which waits for {}", task.task, task.dag,
                                  task.run, task.dataset));
  }
  if (!waiting.empty()) parts.push_back(named(waiting));
  if (blocked.hidden > 0) {
    parts.push_back(plural(static_cast<std::int64_t>(blocked.hidden), "further DAG"));
  }
  return join(parts, "; ");
}

std::string in_words(const StoryDeadline& deadline, WallTime now) {
  const std::string run = deadline.run == 0 ? "the next run" : fmt::format("run {}", deadline.run);
  return fmt::format("{} of {} is due at {}, in {}", run, deadline.dag,
                     format_rfc3339(to_the_second(deadline.due_at)),
                     format_duration(std::max(Duration(0), deadline.due_at - now)));
}

std::string alert_summary(const AlertStory& story, WallTime now) {
  const std::string most = message_of(story, now).text(kSummaryBytes);
  const std::size_t left = kSummaryBytes - most.size();
  Message message = message_of(story, now);
  if (left > 10) message.add(6, log_lines(story.log, left - 10));
  return message.text(kSummaryBytes);
}

}  // namespace tidemill
