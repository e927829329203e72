#include "cli/streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "base/check.h"
#include "cli/exit_code.h"

namespace tidemill {
namespace {

bool reader_left() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

}  // namespace

void open_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd) {
    // The lowest free number is taken, and all below it are open by now.
    if (::fcntl(fd, F_GETFD) < 0) CHECK(::open("/dev/null", O_RDWR) == fd);
  }
}

int finish_output(int code) {
  const bool written = std::ferror(stdout) == 0 && std::fflush(stdout) == 0;
  if (written || reader_left()) return code;
  const int failed = report(unavailable("cannot write to the standard output; is the disk full?"));
  return code == kExitOk ? failed : code;
}

}  // namespace tidemill
