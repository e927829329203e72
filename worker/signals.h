// Sending signals so that they reach whom they are meant for, and taking them. kill(2) takes 0 and
// -1 for "my group" and "everybody", so a pid that is not one must never get there; and a pid may
// pass on to another process, so all but our own unreaped children are signalled by pidfd.
#pragma once

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <initializer_list>

#include "base/check.h"
#include "base/fd.h"

namespace tidemill {

// A child of ours that is not reaped keeps its pid.
inline void signal_child(pid_t pid, int signal) {
  CHECK(pid > 1);
  ::kill(pid, signal);
}

// The process group of such a child.
inline void signal_group(pid_t leader, int signal) {
  CHECK(leader > 1);
  ::kill(-leader, signal);
}

// By system call: the C library's header of Debian 12 declares these for C only.
inline Fd open_pidfd(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

inline void signal_pidfd(const Fd& process, int signal) {
  ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

// Where `signals` arrive, which are masked: besides others (SIG_BLOCK), or alone (SIG_SETMASK).
inline Result<Fd> open_signalfd(std::initializer_list<int> signals, int how) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  ::pthread_sigmask(how, &set, nullptr);
  Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return errno_error("cannot make a signalfd");
  return fd;
}

}  // namespace tidemill
