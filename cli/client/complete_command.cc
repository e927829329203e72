#include "cli/client/complete_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>

#include "base/fd.h"
#include "base/text.h"
#include "cli/client/live_words.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

constexpr suseconds_t kBudgetUs = 200'000;

// The shell waits for the end of this process, so that is what the budget ends.
void leave_in_time() {
  std::signal(SIGALRM, [](int) { ::_exit(kExitOk); });
  itimerval budget{};
  budget.it_value.tv_usec = kBudgetUs;
  ::setitimer(ITIMER_REAL, &budget, nullptr);
}

void print_words(const std::vector<Candidate>& words) {
  std::string out;
  for (const Candidate& candidate : words) {
    out += printable(candidate.word, 400);
    if (!candidate.help.empty()) out += "\t" + printable(candidate.help, 100);
    out += "\n";
  }
  // What the shell does not take is lost, like all else that goes wrong here.
  (void)write_all(1, out).ok();
}

std::string value_of(const std::vector<std::string>& words, const std::string& option) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(option + "=")) return words[i].substr(option.size() + 1);
  }
  return "";
}

}  // namespace

int run_complete(const std::vector<CommandPage>& pages, std::vector<std::string> words) {
  leave_in_time();
  const std::string current = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  const Completion found = complete(pages, words, current);
  print_words(found.words);
  if (found.files) (void)write_all(1, ":files\n").ok();
  ServerOptions options;
  options.server = value_of(words, "--server");
  options.data_dir = value_of(words, "--data-dir");
  std::vector<Candidate> live;
  for (Candidate& word : live_words(options, found.live, found.run)) {
    if (word.word.starts_with(current)) live.push_back(std::move(word));
  }
  print_words(live);
  return kExitOk;
}

}  // namespace tidemill::client
