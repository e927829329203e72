#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "base/text.h"
#include "worker/spawn.h"

namespace tidemill {
namespace {

std::string absolute(const SpawnPlan& plan, const std::string& path) {
  return path.starts_with('/') ? path : plan.directory + "/" + path;
}

// The program that a script's first line names, if it has one.
std::string interpreter_of(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char head[256];
  const ssize_t n = fd ? ::read(fd.get(), head, sizeof head) : 0;
  if (n < 3 || head[0] != '#' || head[1] != '!') return {};
  std::string_view line(head + 2, static_cast<std::size_t>(n) - 2);
  line = trim(line.substr(0, line.find('\n')));
  return std::string(line.substr(0, line.find(' ')));
}

std::string missing_program(const SpawnPlan& plan, const std::string& name) {
  if (name.find('/') == std::string::npos) {
    return fmt::format(
        "there is no program \"{}\" in PATH; install it on this worker, or write its path",
        printable(name));
  }
  const std::string path = absolute(plan, name);
  if (::access(path.c_str(), F_OK) != 0) return fmt::format("there is no file {}", printable(path));
  const std::string interpreter = interpreter_of(path);
  if (interpreter.empty())
    return fmt::format("{} needs a loader that this host lacks", printable(path));
  return fmt::format("{} is a script for {}, which is not on this worker; correct its first line",
                     printable(path), printable(interpreter));
}

std::string forbidden_program(const SpawnPlan& plan, const std::string& name) {
  struct stat st {};
  const std::string path = absolute(plan, name);
  if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) {
    return fmt::format("{} is a directory", printable(path));
  }
  return fmt::format("{} may not be executed; chmod +x it, or name its interpreter",
                     printable(name));
}

std::string argument_bytes(const SpawnPlan& plan) {
  std::size_t bytes = 0;
  for (const std::string& item : *plan.argv) bytes += item.size() + 1;
  for (const std::string& item : plan.environment) bytes += item.size() + 1;
  return format_bytes(bytes);
}

std::string exec_error(const SpawnPlan& plan, int error) {
  const std::string& name = plan.argv->front();
  switch (error) {
    case ENOENT:
      return missing_program(plan, name);
    case EACCES:
      return forbidden_program(plan, name);
    case ENOEXEC:
      return fmt::format(
          "{} is no program this host can run; a script needs a first line such as "
          "#!/bin/sh",
          printable(name));
    case E2BIG:
      return fmt::format(
          "the arguments and environment have {}, more than the kernel takes (one "
          "item at most 128 KiB); pass large values in a file",
          argument_bytes(plan));
    default:
      return fmt::format("cannot execute {}: {}", printable(name), std::strerror(error));
  }
}

}  // namespace

std::string spawn_error(const SpawnPlan& plan, const SpawnResult& result) {
  const std::string reason = std::strerror(result.error);
  switch (result.failed) {
    case SpawnStep::none:
      return {};
    case SpawnStep::clone:
      return "the host cannot make another process: " + reason;
    case SpawnStep::journal:
      return "the worker cannot write its journal: " + reason;
    case SpawnStep::cgroup:
      return "the worker cannot use its cgroup: " + reason;
    case SpawnStep::directory:
      return fmt::format("cannot enter the working directory {}: {}", printable(plan.directory),
                         reason);
    case SpawnStep::exec:
      return exec_error(plan, result.error);
  }
  UNREACHABLE();
}

}  // namespace tidemill
