#include "scheduler/waits/lookout.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/fd.h"
#include "base/text.h"
#include "scheduler/storage/dataset_reader.h"
#include "scheduler/waits/private_network.h"

namespace tidemill {
namespace {

// A file system that hangs takes one with it at a time.
constexpr std::size_t kThreads = 4;

event::Looked begin_of(const shell_effect::Look& look) {
  event::Looked looked;
  looked.task = look.task;
  looked.since = look.since;
  return looked;
}

http::ProbeRules probe_rules(const LookoutRules& rules) {
  http::ProbeRules probe;
  probe.limit = rules.limit;
  probe.refuse = [allowed = rules.private_networks](const std::string& address) {
    return refuse_address(address, allowed);
  };
  return probe;
}

bool accepts(const shell_effect::Look& look, int status) {
  WaitSpec wait;
  wait.status = look.status;
  return wait.accepts(status);
}

event::Looked judge(const shell_effect::Look& look, const Result<int>& status) {
  event::Looked looked = begin_of(look);
  if (!status.ok()) {
    const bool never = status.error().code == ErrorCode::invalid;
    looked.answer = never ? event::Looked::Answer::never : event::Looked::Answer::not_yet;
    looked.said = status.error().message;
    return looked;
  }
  if (accepts(look, *status)) looked.answer = event::Looked::Answer::there;
  looked.said = fmt::format("HTTP {}", *status);
  if (*status >= 300 && *status <= 399) looked.said += ", and redirects are not followed";
  return looked;
}

}  // namespace

Lookout::Lookout(LookoutRules rules, Answer answer)
    : rules_(std::move(rules)), answer_(std::move(answer)), prober_(probe_rules(rules_)) {
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { work(); });
}

Lookout::~Lookout() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Lookout::look(shell_effect::Look look) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || !under_way_.emplace(look.run, look.task).second) return;
    if (look.target.kind != WaitSpec::Kind::http) {
      waiting_.push_back(std::move(look));
      changed_.notify_one();
      return;
    }
  }
  ask(std::move(look));
}

void Lookout::ask(shell_effect::Look look) {
  http::Prober::Question question{look.target.text, look.head};
  prober_.ask(std::move(question), [this, look = std::move(look)](const Result<int>& status) {
    done(look, judge(look, status));
  });
}

void Lookout::work() {
  std::optional<DatasetReader> datasets;
  while (true) {
    shell_effect::Look look;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      look = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const bool file = look.target.kind == WaitSpec::Kind::file;
    done(look, file ? look_at_file(look) : look_at_dataset(look, datasets));
  }
}

event::Looked Lookout::look_at_file(const shell_effect::Look& look) const {
  event::Looked looked = begin_of(look);
  const std::string& text = look.target.text;
  const std::string path = text.starts_with('/') ? text : look.directory + "/" + text;
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) {
    looked.answer = event::Looked::Answer::there;
  } else if (errno == ENOENT) {
    looked.said = "there is no such file";
  } else {
    looked.said = errno_error("it cannot be looked at").message;
  }
  return looked;
}

event::Looked Lookout::look_at_dataset(const shell_effect::Look& look,
                                       std::optional<DatasetReader>& reader) const {
  event::Looked looked = begin_of(look);
  const auto newest = [&]() -> Result<std::optional<DatasetUpdateRow>> {
    if (!reader) reader = TRY(DatasetReader::open(rules_.database));
    return reader->newest(look.target.text);
  }();
  if (!newest.ok()) {
    looked.said = newest.error().message;
  } else if (!newest->has_value()) {
    looked.said = "it was never updated";
  } else if ((*newest)->at >= look.target.at) {
    looked.answer = event::Looked::Answer::there;
  } else {
    looked.said = "its last update was at " + format_rfc3339((*newest)->at);
  }
  return looked;
}

void Lookout::done(const shell_effect::Look& look, event::Looked looked) {
  {
    const std::lock_guard lock(mutex_);
    under_way_.erase({look.run, look.task});
    if (ending_) return;
  }
  answer_(look.run, std::move(looked));
}

}  // namespace tidemill
