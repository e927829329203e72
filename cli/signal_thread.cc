#include "cli/signal_thread.h"

#include <csignal>
#include <ctime>

#include "base/check.h"

namespace tidemill {
namespace {

// The destructor wakes the thread with a signal nobody else uses here.
constexpr int kStop = SIGUSR1;

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, kStop);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // nohup, and `&` in a script, hand them over ignored, and so they stay: a blocked signal would
    // be seen here all the same.
    struct sigaction handed_over {};
    if (::sigaction(signal, nullptr, &handed_over) == 0 && handed_over.sa_handler == SIG_IGN)
      continue;
    sigaddset(&set, signal);
  }
  return set;
}

const char* name_of(int signal) {
  return signal == SIGINT ? "Ctrl-C" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
}

}  // namespace

void SignalThread::block() {
  const sigset_t set = watched();
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

SignalThread::SignalThread(std::function<void(int, const char*)> on_signal, Duration tick,
                           std::function<void()> on_tick)
    : on_signal_(std::move(on_signal)), tick_(tick), on_tick_(std::move(on_tick)) {
  thread_ = std::thread([this] { loop(); });
}

SignalThread::~SignalThread() {
  CHECK(pthread_kill(thread_.native_handle(), kStop) == 0);
  thread_.join();
}

void SignalThread::loop() {
  const sigset_t set = watched();
  const timespec wait{tick_.count() / 1'000'000, tick_.count() % 1'000'000 * 1000};
  int count = 0;
  while (true) {
    const int signal = sigtimedwait(&set, nullptr, &wait);
    if (signal == kStop) return;
    if (signal > 0)
      on_signal_(++count, name_of(signal));
    else
      on_tick_();
  }
}

}  // namespace tidemill
