// What an alert tells the person who sees it: what broke and since when, what changed, what it
// blocks, and what to do. A value that the shell fills from rows, files and logs; here it is put
// into words. Everything in it may be shown to whoever it was made for: names of DAGs that the
// reader may not see are only counted, and secret parameters are "***".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert/alert.h"
#include "core/alert/story_changes.h"
#include "core/words.h"

namespace tidemill {

// What failed last, or what goes on too long.
struct StoryRun {
  std::uint64_t run = 0;
  RunState state = RunState::running;
  std::string task;  // empty: the run as a whole
  Cause cause = Cause::none;
  int exit_code = 0;          // meaningful for cause exit
  std::string reason;         // a sentence: why it failed, or what the run waits for
  std::uint32_t attempt = 0;  // number of the last one; 0 = none was made
  std::string worker;         // that had it; empty = none
  WallTime ended_at{};        // of the task, or the run; 0 = it goes on
};

// Of the attempt that failed. Lines without their line ends, oldest first.
struct StoryLog {
  std::string first_error;         // empty = no line looks like one
  std::vector<std::string> lines;  // the last ones, at most kStoryLogLines
};
inline constexpr std::size_t kStoryLogLines = 20;

// The last success of the same scope before the failure.
struct StoryGood {
  std::uint64_t run = 0;
  WallTime ended_at{};  // 0 = not known
};

struct StoryBlocked {
  std::vector<std::string> tasks;  // of the same run, nearest first
  struct OtherDag {
    std::string dag;
    std::string why;  // a clause: "starts after train", "starts by updates of titles"
  };
  std::vector<OtherDag> dags;
  struct Waiting {
    std::string dag;
    std::uint64_t run = 0;
    std::string task, dataset;
  };
  std::vector<Waiting> waiting;
  std::size_t hidden = 0;  // further DAGs, which the reader may not see

  bool empty() const { return tasks.empty() && dags.empty() && waiting.empty() && hidden == 0; }
};

// The nearest deadline of what is blocked or of the run itself, not passed yet.
struct StoryDeadline {
  std::string dag;
  std::uint64_t run = 0;  // 0 = of the next run, which is not there yet
  WallTime due_at{};
};

struct StoryRunbook {
  std::string url;      // of a page elsewhere; empty = it is a file
  std::string text;     // of the file, Markdown, at most kRunbookBytes
  std::string problem;  // why there is no text, a sentence
  bool cut = false;     // there is more in the file
  bool empty() const { return url.empty() && text.empty() && problem.empty(); }
};
inline constexpr std::size_t kRunbookBytes = 16'384;

struct AlertStory {
  std::int64_t id = 0;
  Alert alert;
  std::string what;  // is wrong, a sentence
  std::optional<StoryRun> run;
  StoryLog log;
  std::optional<StoryGood> good;  // none = never seen
  std::vector<AlertChange> changes;
  StoryBlocked blocked;
  std::optional<StoryDeadline> deadline;
  StoryRunbook runbook;
};

// Where to look, as paths of the web UI: "/alerts/3". Empty = there is nothing of the kind.
struct StoryLinks {
  std::string alert, run, task, log;
};
StoryLinks links_of(const AlertStory& story);

// What a person can do about it, in commands and words, most useful first. Never empty.
std::vector<std::string> what_to_do(const AlertStory& story);

// "b and c of this run do not run; report does not start (starts after train)"; empty = nothing.
std::string in_words(const StoryBlocked& blocked);
// "report is due at 2026-11-22T17:00:00Z, in 1h 08m".
std::string in_words(const StoryDeadline& deadline, WallTime now);

// All of it for a message: plain text in lines, at most kSummaryBytes of valid UTF-8 without
// control characters but line feeds. The less important is left out first.
std::string alert_summary(const AlertStory& story, WallTime now);
inline constexpr std::size_t kSummaryBytes = 1'500;

}  // namespace tidemill
