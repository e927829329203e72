#include "worker/supervisor_setup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "worker/signals.h"

namespace tidemill {
namespace {

// As the kernel takes it. The C library's sigaction refuses the two signals it keeps for itself,
// but our parent may have ignored them all the same.
struct KernelSigaction {
  std::uintptr_t handler = 0;  // SIG_DFL
  unsigned long flags = 0;
  std::uintptr_t restorer = 0;
  std::uint64_t mask = 0;
};

// A task must not start with what our own parent ignored (nohup, some language runtimes).
void reset_signals() {
  constexpr int kSignals = 64;
  for (int signal = 1; signal <= kSignals; ++signal) {
    KernelSigaction action;
    if (::syscall(SYS_rt_sigaction, signal, nullptr, &action, sizeof action.mask) != 0) continue;
    if (action.handler != reinterpret_cast<std::uintptr_t>(SIG_IGN)) continue;
    action = {};
    ::syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof action.mask);
  }
}

std::optional<rlimit> raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return std::nullopt;
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return before;
}

}  // namespace

Result<ProcessSetup> set_up_supervisor_process() {
  ::setsid();
  ::umask(022);
  ::close_range(3, ~0u, 0);
  reset_signals();
  ProcessSetup setup;
  // Descriptors 0 to 2 are taken first, or a pipe of ours could become a task's stdin.
  do {
    setup.null = Fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!setup.null) return errno_error("cannot open /dev/null");
  } while (setup.null.get() <= 2 && setup.null.release() >= 0);
  setup.signals = TRY(open_signalfd({SIGCHLD, SIGTERM, SIGINT, SIGHUP}, SIG_SETMASK));
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return errno_error("cannot become a subreaper");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno_error("cannot give up new privileges");
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  setup.descriptors = raise_descriptor_limit();
  return setup;
}

}  // namespace tidemill
