#include "cli/daemon_log.h"

#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/check.h"
#include "base/json.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMostBytes = 8 << 10;  // of one line

struct Level {
  NoteLevel note;
  spdlog::level::level_enum backend;
  std::string_view word;
  int syslog;  // priority, as in sd-daemon(3)
};
constexpr Level kLevels[] = {{NoteLevel::debug, spdlog::level::debug, "debug", 7},
                             {NoteLevel::info, spdlog::level::info, "info", 6},
                             {NoteLevel::warning, spdlog::level::warn, "warning", 4},
                             {NoteLevel::error, spdlog::level::err, "error", 3}};

const Level& level_of(NoteLevel note) {
  for (const Level& level : kLevels) {
    if (level.note == note) return level;
  }
  UNREACHABLE();
}

const Level& level_of(spdlog::level::level_enum backend) {
  for (const Level& level : kLevels) {
    if (level.backend == backend) return level;
  }
  UNREACHABLE();
}

std::string time_of(const spdlog::details::log_msg& message) {
  const auto since = message.time.time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since);
  return format_rfc3339({ms.count() * 1000});
}

class Formatter : public spdlog::formatter {
 public:
  explicit Formatter(LogForm form) : form_(form) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string line = line_of(message, level_of(message.level)) + "\n";
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<Formatter>(form_);
  }

 private:
  std::string line_of(const spdlog::details::log_msg& message, const Level& level) const {
    const std::string_view text(message.payload.data(), message.payload.size());
    if (form_ == LogForm::json) {
      Json line;
      line.set("time", time_of(message));
      line.set("level", level.word);
      line.set("message", text.substr(0, kMostBytes));
      return line.dump();
    }
    const std::string shown = printable(text, kMostBytes);
    if (form_ == LogForm::journal) return fmt::format("<{}>{}", level.syslog, shown);
    const bool says_level = level.note != NoteLevel::info;
    return fmt::format("{} {}{}{}", time_of(message), says_level ? level.word : "",
                       says_level ? ": " : "", shown);
  }

  LogForm form_;
};

}  // namespace

struct DaemonLog::Backend {
  spdlog::logger logger{"tidemill", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

DaemonLog::DaemonLog(LogForm form, NoteLevel least) : backend_(std::make_unique<Backend>()) {
  backend_->logger.set_formatter(std::make_unique<Formatter>(form));
  set_least(least);
}

DaemonLog::~DaemonLog() = default;

void DaemonLog::write(NoteLevel level, const std::string& text) {
  backend_->logger.log(level_of(level).backend, text);
}

void DaemonLog::set_least(NoteLevel level) { backend_->logger.set_level(level_of(level).backend); }

NoteLevel note_level_from(const std::string& word) {
  for (const Level& level : kLevels) {
    if (level.word == word) return level.note;
  }
  UNREACHABLE();
}

}  // namespace tidemill
