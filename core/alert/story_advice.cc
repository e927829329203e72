#include <fmt/format.h>

#include <algorithm>

#include "core/alert/alert_story.h"

namespace tidemill {
namespace {

using Advice = std::vector<std::string>;

bool has_fact(const Alert& alert, AlertFact fact) {
  return std::find(alert.facts.begin(), alert.facts.end(), fact) != alert.facts.end();
}

// Failed and late is to be treated as failed.
AlertFact main_fact(const Alert& alert) {
  if (has_fact(alert, AlertFact::failed)) return AlertFact::failed;
  if (has_fact(alert, AlertFact::late)) return AlertFact::late;
  return alert.facts.empty() ? AlertFact::failed : alert.facts.front();
}

bool dag_changed(const AlertStory& story) {
  return std::any_of(story.changes.begin(), story.changes.end(), [](const AlertChange& change) {
    return change.kind == AlertChange::Kind::dag;
  });
}

std::string about_cause(const StoryRun& run) {
  switch (run.cause) {
    case Cause::oom:
      return "it needed more memory than it may have: raise resources.memory of the task";
    case Cause::timeout:
      return "its time was over: look at what took so long, or raise timeout";
    case Cause::lost:
      return "its worker went away: tidemill workers";
    case Cause::exec_failed:
      return "its program could not be started: is it on the worker?";
    case Cause::contract:
      return "it ended well, but did not leave what the DAG declares: its outputs, metrics, expect";
    case Cause::none:
    case Cause::exit:
    case Cause::signal:
    case Cause::cancelled:
    case Cause::gate:
      return "";
  }
  UNREACHABLE();
}

void advise_failed(const AlertStory& story, Advice& advice) {
  if (!story.run) return;
  const StoryRun& run = *story.run;
  if (const std::string about = about_cause(run); !about.empty()) advice.push_back(about);
  if (!run.task.empty() && run.attempt > 0) {
    advice.push_back(fmt::format("what it wrote: tidemill logs {} {}", run.run, run.task));
  }
  advice.push_back(fmt::format("once it is mended: tidemill retry {}", run.run));
  if (story.good && dag_changed(story)) {
    advice.push_back(fmt::format("with the DAG that worked: tidemill rerun {}", story.good->run));
  }
}

void advise_late(const AlertStory& story, Advice& advice) {
  if (!story.run) return;
  advice.push_back(fmt::format("why it takes so long: tidemill explain {}", story.run->run));
  advice.push_back(fmt::format("see it go on: tidemill watch {}", story.run->run));
}

std::string about_scheduler(AlertFact fact, const std::string& dag) {
  switch (fact) {
    case AlertFact::missed:
      return fmt::format("make up for it: tidemill backfill {} --from TIME --until TIME", dag);
    case AlertFact::silent:
      return fmt::format("is it paused, or is its trigger? tidemill dags {}", dag);
    case AlertFact::broken:
      return "mend the file; tidemill validate FILE names every mistake at its line";
    case AlertFact::worker_lost:
      return "is the machine up? tidemill workers; when it is gone for good, give it up";
    case AlertFact::stuck:
      return "what waits for what: tidemill status, tidemill explain RUN TASK";
    case AlertFact::disk_low:
      return "make room where the data folder is; nothing new starts until there is";
    case AlertFact::log_growing:
      return "a reader keeps the write-ahead log from being emptied: look for long backups and "
             "open database shells";
    case AlertFact::delivery_failing:
      return "nobody is told through that channel: look at its last error and mend it";
    case AlertFact::check_failed:
      return "look at the data that was checked before anything is published";
    case AlertFact::failed:
    case AlertFact::late:
    case AlertFact::will_be_late:
    case AlertFact::slow:
      return "";
  }
  UNREACHABLE();
}

}  // namespace

std::vector<std::string> what_to_do(const AlertStory& story) {
  Advice advice;
  const AlertFact fact = main_fact(story.alert);
  const bool late = fact == AlertFact::late || fact == AlertFact::will_be_late ||
                    fact == AlertFact::slow;
  if (fact == AlertFact::failed) advise_failed(story, advice);
  if (late) advise_late(story, advice);
  if (const std::string about = about_scheduler(fact, story.alert.key.dag); !about.empty()) {
    advice.push_back(about);
  }
  if (story.alert.state == AlertState::firing) {
    advice.push_back(
        fmt::format("take it, so that nobody else is told: tidemill ack {}", story.id));
  }
  if (advice.empty()) advice.push_back(fmt::format("all of it: tidemill alerts {}", story.id));
  return advice;
}

}  // namespace tidemill
