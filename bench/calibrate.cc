// What this machine can do at this moment, printed beside every result: one JSON object with
// spawn_us (one /bin/true at a time), fsync_us (4 KiB append + fdatasync) and socket_us (a byte
// there and back between two processes over a Unix socket). All medians.
//   calibrate FOLDER-ON-THE-DISK-THAT-IS-MEASURED
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

template <typename F>
double median_us(int count, F&& once) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!once()) std::exit(1);
    const auto end = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

bool spawn_once() {
  char program[] = "/bin/true";
  char* const argv[] = {program, nullptr};
  pid_t pid = 0;
  int status = 0;
  return posix_spawn(&pid, program, nullptr, nullptr, argv, environ) == 0 &&
         waitpid(pid, &status, 0) == pid;
}

double fsync_us(const std::string& folder) {
  const std::string path = folder + "/calibrate.tmp";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  char block[4096];
  std::memset(block, 'x', sizeof block);
  const double us = median_us(500, [&] {
    return write(fd, block, sizeof block) == static_cast<ssize_t>(sizeof block) &&
           fdatasync(fd) == 0;
  });
  close(fd);
  unlink(path.c_str());
  return us;
}

double socket_us() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return -1;
  const pid_t child = fork();
  char byte = 0;
  if (child == 0) {
    close(pair[0]);
    while (read(pair[1], &byte, 1) == 1 && write(pair[1], &byte, 1) == 1) {
    }
    _exit(0);
  }
  close(pair[1]);
  const double us = median_us(
      5000, [&] { return write(pair[0], &byte, 1) == 1 && read(pair[0], &byte, 1) == 1; });
  close(pair[0]);
  waitpid(child, nullptr, 0);
  return us;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  std::printf("{\"spawn_us\": %.0f, \"fsync_us\": %.0f, \"socket_us\": %.1f}\n",
              median_us(500, spawn_once), fsync_us(folder), socket_us());
  return 0;
}
