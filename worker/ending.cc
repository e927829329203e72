#include "worker/ending.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"

namespace tidemill {
namespace {

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

std::string signal_words(int signal) {
  const char* words = ::sigdescr_np(signal);
  return words == nullptr ? signal_name(signal)
                          : fmt::format("{} ({})", signal_name(signal), words);
}

std::string exit_words(int code) {
  if (code == 126) return "exit code 126: the shell could not execute a command";
  if (code == 127) return "exit code 127: the shell did not find a command";
  if (code > 128 && code <= 128 + 64) {
    return fmt::format("exit code {}, by which a shell says that its command was ended by {}", code,
                       signal_words(code - 128));
  }
  return fmt::format("exit code {}", code);
}

std::string memory_words(const EndingFacts& facts) {
  std::string words = "the kernel killed it for lack of memory";
  if (facts.oom == OomEvidence::host) {
    words = "killed by SIGKILL while the kernel was killing for lack of memory on this host";
  }
  if (facts.peak_memory > 0)
    words += "; its largest process had " + format_bytes(facts.peak_memory);
  if (facts.memory_limit > 0) words += ", its limit is " + format_bytes(facts.memory_limit);
  return words;
}

// A task that kills itself, a person and an operator's script look the same from here.
std::string foreign_kill_words(OomEvidence evidence) {
  const std::string words = "killed by SIGKILL, which Tidemill did not send; ";
  if (evidence == OomEvidence::none)
    return words + "the kernel's counters show no kill for lack of memory";
  return words + "whether memory ran out is not known, there is no counter of the kernel to read";
}

std::string stop_words(const EndingFacts& facts, Cause why) {
  if (!facts.stop_reason.empty()) return facts.stop_reason;
  if (why == Cause::timeout) return "timed out after " + format_duration(facts.timeout);
  return std::string(to_word(why));
}

Ending stopped(const EndingFacts& facts, Ending ending, Cause why) {
  ending.cause = why;
  ending.message = stop_words(facts, why);
  if (facts.killed && why != Cause::oom) {
    ending.message += facts.grace.count() > 0
                          ? fmt::format("; it did not end within {} of SIGTERM and was killed",
                                        format_duration(facts.grace))
                          : std::string("; it was killed");
  }
  return ending;
}

}  // namespace

Ending ending_of(const EndingFacts& facts) {
  Ending ending;
  const bool signalled = WIFSIGNALED(facts.wait_status);
  if (signalled) ending.signal = WTERMSIG(facts.wait_status);
  if (!signalled) ending.exit_code = WEXITSTATUS(facts.wait_status);
  if (facts.stopped_for) return stopped(facts, ending, *facts.stopped_for);
  if (!signalled && ending.exit_code == 0) return ending;
  const bool has_oom = facts.oom == OomEvidence::host || facts.oom == OomEvidence::own;
  const bool looks_killed = ending.signal == SIGKILL || ending.exit_code == 128 + SIGKILL;
  if (looks_killed && has_oom) {
    ending.cause = Cause::oom;
    ending.signal = SIGKILL;
    ending.message = memory_words(facts);
  } else if (ending.signal == SIGKILL) {
    ending.cause = Cause::signal;
    ending.message = foreign_kill_words(facts.oom);
  } else if (signalled) {
    ending.cause = Cause::signal;
    ending.message = "ended by " + signal_words(ending.signal);
  } else {
    ending.cause = Cause::exit;
    ending.message = exit_words(ending.exit_code);
  }
  return ending;
}

}  // namespace tidemill
