#include "worker/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/fault_point.h"
#include "protocol/channel.h"
#include "worker/lock_file.h"
#include "worker/recovery.h"
#include "worker/tasks.h"

namespace tidemill {
namespace {

constexpr Duration kSyncPause = std::chrono::milliseconds(200);
// While every slot stays busy whatever the agent hears, reports go out in groups.
constexpr Duration kReportPause = std::chrono::milliseconds(2);
// The clock of epoll stands still while the host sleeps, ours does not: look again now and then.
constexpr Duration kLongestWait = std::chrono::seconds(1);
constexpr std::uint64_t kCompactWhenIdle = 1u << 20;
constexpr std::uint64_t kCompactAlways = 64u << 20;

enum Key : std::uint64_t { kListener, kAgent, kSignals };

class Supervisor {
 public:
  Supervisor(const SupervisorOptions& options, ProcessSetup setup, CgroupFolder cgroups,
             Journal journal, Fd listener)
      : options_(options),
        setup_(std::move(setup)),
        cgroups_(std::move(cgroups)),
        tag_(options.directory),
        boot_id_(read_boot_id()),
        journal_(std::move(journal)),
        sync_(kSyncPause),
        listener_(std::move(listener)),
        poll_(::epoll_create1(EPOLL_CLOEXEC)),
        tasks_({options_, setup_, tag_, cgroups_, journal_, sync_, poll_.get()}) {}

  Status start(const std::vector<journal::Record>& records);
  void run();

 private:
  void add_to_poll(int fd, std::uint64_t key, std::uint32_t events);
  int wait_ms() const;
  void turn(std::span<const epoll_event> events);
  void on_signals();
  bool over() const;

  void accept_agent();
  void receive();
  void on_message(Message& message);
  void drop_agent();
  void report();
  void flush_agent();
  void compact_journal();
  void share_journal();

  const SupervisorOptions options_;
  ProcessSetup setup_;
  CgroupFolder cgroups_;
  ProcessTag tag_;
  std::string boot_id_;
  Journal journal_;
  LogSync sync_;
  Fd listener_;
  Fd poll_;
  Tasks tasks_;
  Channel agent_;
  bool attached_ = false;
  bool polls_for_write_ = false;
  bool leaving_ = false;   // the agent does not come back
  bool stopping_ = false;  // SIGTERM
  BootTime alone_since_{};
  std::optional<BootTime> report_at_;
};

Status Supervisor::start(const std::vector<journal::Record>& records) {
  if (!poll_) return errno_error("cannot make an epoll");
  cgroups_.clean();
  tasks_.adopt(recover_attempts(records, tag_, boot_id_));
  TRY(journal_.rewrite(tasks_.journal_records(boot_id_)));
  share_journal();
  add_to_poll(listener_.get(), kListener, EPOLLIN);
  add_to_poll(setup_.signals.get(), kSignals, EPOLLIN);
  alone_since_ = system_now().boot;
  return Ok{};
}

// The sync thread gets a descriptor of its own, which stays good while the journal is replaced.
void Supervisor::share_journal() {
  sync_.set_journal(std::make_shared<const Fd>(::fcntl(journal_.fd(), F_DUPFD_CLOEXEC, 3)));
}

void Supervisor::add_to_poll(int fd, std::uint64_t key, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  CHECK(::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

int Supervisor::wait_ms() const {
  auto deadline = tasks_.next_deadline();
  if (report_at_ && (!deadline || *report_at_ < *deadline)) deadline = report_at_;
  const bool waits_for_end = !agent_.open() || leaving_;
  if (!deadline && !waits_for_end && tasks_.idle()) return -1;
  const BootTime now = system_now().boot;
  const Duration wait = deadline ? std::clamp(*deadline - now, Duration(0), kLongestWait)
                                 : kLongestWait;
  return static_cast<int>((wait.count() + 999) / 1000);
}

bool Supervisor::over() const {
  if (!tasks_.idle()) return false;
  if (stopping_) return true;
  if (agent_.open()) return leaving_;
  return leaving_ || system_now().boot - alone_since_ >= options_.linger;
}

void Supervisor::run() {
  std::array<epoll_event, 64> events;
  while (!over()) {
    const int count = ::epoll_wait(poll_.get(), events.data(), events.size(), wait_ms());
    CHECK(count >= 0 || errno == EINTR);
    turn(std::span(events).first(static_cast<std::size_t>(std::max(count, 0))));
  }
  report_at_ = BootTime{};
  report();
  (void)journal_.flush();
  ::unlink(supervisor_socket(options_.directory).c_str());
}

void Supervisor::turn(std::span<const epoll_event> events) {
  bool signalled = false;
  for (const epoll_event& event : events) {
    switch (event.data.u64) {
      case kListener:
        accept_agent();
        break;
      case kAgent:
        receive();
        break;
      case kSignals:
        signalled = true;
        break;
      default:
        tasks_.on_output(event.data.u64);
    }
  }
  if (signalled) on_signals();
  tasks_.tick();
  tasks_.start_queued();
  if (journal_.has_unwritten()) {
    // A full disk does not keep an end from being reported: the scheduler's commit is what counts.
    (void)journal_.flush();
    fault_point("FP12");
  }
  sync_.mark_journal();
  report();
  compact_journal();
  tasks_.get_ready();
}

void Supervisor::on_signals() {
  std::array<signalfd_siginfo, 16> infos;
  const ssize_t n = ::read(setup_.signals.get(), infos.data(), sizeof infos);
  const std::size_t count = n < 0 ? 0 : static_cast<std::size_t>(n) / sizeof infos[0];
  for (const auto& info : std::span(infos).first(count)) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD || signal == SIGHUP || stopping_) continue;
    stopping_ = true;
    tasks_.stop_all("the worker's supervisor was told to stop");
  }
  tasks_.reap();
}

void Supervisor::accept_agent() {
  auto fd = accept_unix(listener_.get());
  if (!fd.ok()) return;
  // Only the holder of the agent's lock file connects, so a newer connection replaces an older one.
  drop_agent();
  agent_ = Channel(std::move(fd).value());
  add_to_poll(agent_.fd(), kAgent, EPOLLIN);
}

void Supervisor::drop_agent() {
  agent_ = Channel();
  attached_ = false;
  polls_for_write_ = false;
  alone_since_ = system_now().boot;
  report_at_.reset();
}

void Supervisor::receive() {
  if (!agent_.open()) return;
  auto messages = agent_.receive();
  if (!messages.ok()) return drop_agent();
  for (Message& message : *messages) on_message(message);
}

void Supervisor::on_message(Message& message) {
  if (auto* attach = std::get_if<message::Attach>(&message)) {
    attached_ = attach->version == message::kProtocolVersion;
    if (!attached_) return drop_agent();
    leaving_ = false;
    tasks_.set_slots(attach->slots);
    // The inventory holds everything, so older reports have nothing to add.
    (void)tasks_.take_reports();
    for (const Message& known : tasks_.inventory(boot_id_)) agent_.send(known);
    report_at_ = BootTime{};
  } else if (!attached_) {
    drop_agent();
  } else if (auto* spawn = std::get_if<message::Spawn>(&message)) {
    if (!stopping_) tasks_.spawn(std::move(*spawn));
  } else if (auto* kill = std::get_if<message::Kill>(&message)) {
    tasks_.kill(*kill);
  } else if (auto* forget = std::get_if<message::Forget>(&message)) {
    tasks_.forget(*forget);
  } else if (auto* lease = std::get_if<message::Lease>(&message)) {
    tasks_.set_lease(*lease);
  } else if (std::holds_alternative<message::Leave>(message)) {
    leaving_ = true;
  } else {
    drop_agent();
  }
}

void Supervisor::report() {
  std::vector<Message> reports = tasks_.take_reports();
  if (!attached_) return;
  for (const Message& message : reports) agent_.send(message);
  if (!reports.empty() && !report_at_) {
    report_at_ = system_now().boot + (tasks_.has_queued() ? kReportPause : Duration(0));
  }
  if (!report_at_ && !polls_for_write_) return;
  if (report_at_ && tasks_.has_queued() && system_now().boot < *report_at_) return;
  fault_point("FP13");
  flush_agent();
}

void Supervisor::flush_agent() {
  report_at_.reset();
  if (!agent_.flush().ok()) return drop_agent();
  if (agent_.wants_write() == polls_for_write_) return;
  polls_for_write_ = agent_.wants_write();
  epoll_event event{};
  event.events = EPOLLIN | (polls_for_write_ ? EPOLLOUT : 0u);
  event.data.u64 = kAgent;
  CHECK(::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, agent_.fd(), &event) == 0);
}

void Supervisor::compact_journal() {
  const bool worth_it = journal_.bytes() > (tasks_.idle() ? kCompactWhenIdle : kCompactAlways);
  if (!worth_it) return;
  if (journal_.rewrite(tasks_.journal_records(boot_id_)).ok()) share_journal();
}

Status serve(const SupervisorOptions& options) {
  ProcessSetup setup = TRY(set_up_supervisor_process());
  TRY(make_directories(options.directory, true));
  const Fd lock = TRY(take_lock_file(options.directory + "/supervisor.lock", "a supervisor"));
  CgroupFolder cgroups = TRY(
      CgroupFolder::from_environment(ProcessTag(options.directory).worker_mark()));
  std::vector<journal::Record> records;
  Journal journal = TRY(Journal::open(options.directory + "/supervisor.journal", records));
  Fd listener = TRY(listen_unix(supervisor_socket(options.directory)));
  Supervisor supervisor(options, std::move(setup), std::move(cgroups), std::move(journal),
                        std::move(listener));
  TRY(supervisor.start(records));
  supervisor.run();
  return Ok{};
}

}  // namespace

int run_supervisor(const SupervisorOptions& options) {
  const Status served = serve(options);
  if (served.ok()) return 0;
  fmt::print(stderr, "tidemill supervisor: {}\n", served.error().message);
  return 1;
}

}  // namespace tidemill
