#include "cli/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/fd.h"
#include "base/text.h"
#include "base/zone.h"
#include "scheduler/alerts/policy_file.h"
#include "scheduler/data_lock.h"
#include "scheduler/disk_watch.h"
#include "scheduler/endpoint.h"
#include "scheduler/http/listen.h"
#include "scheduler/storage/backup.h"
#include "scheduler/storage/open.h"

namespace tidemill {
namespace {

Diagnosis ok(std::string what, std::string found) {
  return {std::move(what), Health::ok, std::move(found), ""};
}

// The nearest folder above `path` that is there.
std::string existing_part(const std::string& path) {
  std::filesystem::path part = path;
  std::error_code failed;
  while (!std::filesystem::exists(part, failed) && part.has_relative_path()) {
    part = part.parent_path();
  }
  return part.string();
}

Diagnosis look_at_data_dir(const std::string& dir) {
  struct stat info {};
  if (::stat(dir.c_str(), &info) != 0) {
    const std::string above = existing_part(dir);
    if (::access(above.c_str(), W_OK | X_OK) == 0) {
      return ok("data folder", dir + " is not there yet; the first start makes it");
    }
    return {"data folder", Health::fail,
            fmt::format("{} is not there, and {} may not be written "
                        "by this user",
                        dir, above),
            "make it and give it to the user that runs Tidemill"};
  }
  if (!S_ISDIR(info.st_mode)) {
    return {"data folder", Health::fail, dir + " is no folder", "name another with --data-dir"};
  }
  if (::access(dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    return {"data folder", Health::fail, dir + " may not be written by this user",
            fmt::format("run this as its owner, or: chown -R {} {}", ::geteuid(), dir)};
  }
  if ((info.st_mode & 077) != 0) {
    return {"data folder", Health::warn,
            fmt::format("others may look into {} (mode {:o})", dir, info.st_mode & 0777),
            "chmod 700 " + dir};
  }
  return ok("data folder", dir);
}

Diagnosis look_at_file_system(const std::string& dir) {
  const auto network = network_file_system(existing_part(dir) + "/");
  if (!network.ok()) return {"file system", Health::fail, network.error().message, "look there"};
  if (network->empty()) return ok("file system", "local");
  return {"file system", Health::fail,
          fmt::format("{} is on {}, where locks and syncs cannot be relied on", dir, *network),
          "choose a data folder on a local disk"};
}

Diagnosis look_at_disk(const Settings& settings) {
  const std::string dir = existing_part(settings.text("data_dir"));
  DiskRule rule;
  rule.reserve_bytes = static_cast<std::uint64_t>(settings.integer("disk.reserve"));
  rule.reserve_percent = static_cast<unsigned>(settings.integer("disk.reserve_percent"));
  const auto room = free_space(dir);
  if (!room.ok()) return {"disk", Health::fail, room.error().message, "look there"};
  const std::uint64_t wanted = reserve_of(rule, room->total);
  const std::string found = fmt::format("{} of {} free, {} are kept free", format_bytes(room->free),
                                        format_bytes(room->total), format_bytes(wanted));
  if (room->free >= 2 * wanted) return ok("disk", found);
  if (room->free >= wanted) {
    return {"disk", Health::warn, found,
            "make room, or set retention.days and retention.log_bytes"};
  }
  return {"disk", Health::fail, found + ": nothing new would be started",
          "make room, or lower disk.reserve"};
}

Diagnosis look_at_database(const std::string& dir) {
  const std::string path = dir + "/tidemill.db";
  if (::access(path.c_str(), F_OK) != 0) return ok("database", "none yet");
  const auto facts = read_facts(path);
  if (!facts.ok()) {
    return {"database", Health::fail, facts.error().message,
            "tidemill db check; then tidemill restore FILE"};
  }
  const std::string found = fmt::format("schema {}, start {}", facts->schema, facts->epoch);
  if (facts->schema > newest_schema()) {
    return {"database", Health::fail, found + ", written by a newer Tidemill",
            "install that version again"};
  }
  if (facts->schema < newest_schema()) {
    return {"database", Health::warn, found,
            fmt::format("the next start brings it to schema {} and keeps a copy", newest_schema())};
  }
  return ok("database", found);
}

// The first line of the answer to a request; empty when nobody answers.
std::string answer_on(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return "";
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{5, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto* bytes = reinterpret_cast<const sockaddr*>(&address);
  if (!fd || ::connect(fd.get(), bytes, sizeof address) != 0) return "";
  if (!write_all(fd.get(), "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
           .ok()) {
    return "";
  }
  std::string text(512, '\0');
  const ssize_t count = ::recv(fd.get(), text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text.substr(0, text.find("\r\n"));
}

Diagnosis look_at_scheduler(const std::string& dir) {
  if (!is_locked(dir + "/scheduler.lock")) return ok("scheduler", "none is running");
  const auto pid = read_file(dir + "/scheduler.lock", 100);
  const std::string who = pid.ok() ? printable(trim(*pid)) : "unknown";
  const std::string answer = answer_on(dir + "/run/api.sock");
  if (answer.find(" 200 ") != std::string::npos) return ok("scheduler", "running, pid " + who);
  return {"scheduler", Health::warn,
          fmt::format("pid {} holds the folder and {}", who,
                      answer.empty() ? "does not answer" : "answers " + printable(answer)),
          "`tidemill run` answers to nobody; of a daemon, look at its log"};
}

Diagnosis look_at_address(const std::string& text, bool is_running) {
  auto endpoint = parse_endpoint(text);
  if (!endpoint.ok()) return {"listen", Health::fail, endpoint.error().message, "correct it"};
  if (is_running) return ok("listen", text);
  const auto listening = http::listen_on(*endpoint);
  if (listening.ok()) return ok("listen", text + " is free");
  return {"listen", Health::fail, listening.error().message,
          "stop what uses it, or name another with --listen"};
}

Diagnosis look_at_dags(const std::string& folder) {
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed)) {
    return {"dags", Health::warn, folder + " is no folder", "make it, or name another with --dags"};
  }
  if (::access(folder.c_str(), R_OK | X_OK) != 0) {
    return {"dags", Health::fail, folder + " may not be read by this user", "chmod a+rx " + folder};
  }
  return ok("dags", folder);
}

// Whoever may write it decides who is called, and where messages go.
bool others_may_write(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0;
}

Diagnosis look_at_alerts(const std::string& path) {
  if (path.empty()) {
    return {"alerts", Health::warn, "no file says who is told of them; they are only shown",
            "write one, and name it with --alerts"};
  }
  PolicyFile file(path);
  const PolicyFile::Look look = file.look();
  if (!look.broken.empty()) {
    return {"alerts", Health::fail, look.broken, "tidemill policy check " + path};
  }
  if (others_may_write(path)) {
    return {"alerts", Health::warn, path + " may be written by everybody", "chmod o-w " + path};
  }
  return ok("alerts", path);
}

Diagnosis look_at_zones() {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Asia/Kolkata"}) {
    const auto zone = load_zone(name);
    if (zone.ok()) continue;
    return {"time zones", Health::fail, zone.error().message, "install tzdata"};
  }
  return ok("time zones", "system data");
}

Diagnosis look_at_clock() {
  timex state{};
  const int kind = ::adjtimex(&state);
  const std::string now = format_rfc3339({system_now().wall.us / 1'000'000 * 1'000'000});
  constexpr std::int64_t kBuilt = 1'760'000'000'000'000;  // in 2025
  if (system_now().wall.us < kBuilt) {
    return {"clock", Health::fail, now + " is in the past", "set the clock"};
  }
  if (kind == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return {"clock", Health::warn, now + ", not kept by a time service as far as the kernel knows",
            "run chrony or systemd-timesyncd"};
  }
  return ok("clock", now + ", kept by a time service");
}

Diagnosis look_at_limits() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur >= 4096) return ok("open files", fmt::format("{} allowed", files.rlim_cur));
  return {"open files", Health::warn, fmt::format("only {} allowed", files.rlim_cur),
          "ulimit -n 65536, or LimitNOFILE=65536 in the unit"};
}

Diagnosis look_at_user() {
  if (::geteuid() != 0) return ok("user", fmt::format("uid {}", ::geteuid()));
  return {"user", Health::warn, "root: every task runs as root too", "run it as a user of its own"};
}

}  // namespace

std::string_view to_word(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warn:
      return "warn";
    case Health::fail:
      return "fail";
  }
  UNREACHABLE();
}

std::vector<Diagnosis> diagnose(const Settings& settings, const std::string& version) {
  const std::string& dir = settings.text("data_dir");
  std::vector<Diagnosis> all = {
      ok("version", fmt::format("tidemill {}, {}", version, storage_version())),
      ok("configuration", settings.file().empty() ? "no file" : settings.file()),
      look_at_user(),
      look_at_data_dir(dir),
      look_at_file_system(dir),
      look_at_disk(settings),
      look_at_database(dir),
      look_at_scheduler(dir),
  };
  const bool is_running = is_locked(dir + "/scheduler.lock");
  for (const std::string& address : settings.list("listen")) {
    all.push_back(look_at_address(address, is_running));
  }
  all.push_back(look_at_dags(settings.text("dags")));
  all.push_back(look_at_alerts(settings.text("alerts")));
  all.push_back(look_at_zones());
  all.push_back(look_at_clock());
  all.push_back(look_at_limits());
  return all;
}

}  // namespace tidemill
