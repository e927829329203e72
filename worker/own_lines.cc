#include "worker/own_lines.h"

#include <fcntl.h>

#include <ctime>

#include "base/fd.h"
#include "base/text.h"
#include "worker/log_lines.h"

namespace tidemill {

void append_own_lines(const std::string& log_path, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t now_ns = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  LogClock clock;
  std::string lines;
  for (const std::string& text : texts) {
    append_log_line(LogStream::tidemill, 'F', printable(text, 1000), now_ns, clock, lines);
  }
  if (!make_directories(log_path.substr(0, log_path.rfind('/')), true).ok()) return;
  const Fd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (log) (void)write_all(log.get(), lines);
}

}  // namespace tidemill
