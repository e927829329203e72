#include "scheduler/api/logs.h"

#include <algorithm>

#include "base/text.h"
#include "scheduler/api/log_file.h"
#include "scheduler/api/log_watch.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kDefaultBytes = 256 << 10;
constexpr std::int64_t kMostBytes = 4 << 20;
// Counting the lines of so much is not felt; beyond that it has to be asked for.
constexpr std::uint64_t kCountedAlways = 16 << 20;

struct Target {
  RunId run;
  AttemptId attempt;
  std::uint32_t number = 0;
  bool ended = false;
};

// The attempt that the query names by number, or the last one.
Result<Target> find_attempt(Context& context, RunReader& reader, const Request& request) {
  const RunRow row = TRY(find_run(reader, request));
  const RunView view = TRY(load_run(context, reader, row.id));
  const TaskIndex index = TRY(find_task(*view.live.dag, request));
  const TaskRun& task = view.live.run.tasks[index];
  const auto wanted = TRY(request.query.integer("attempt", task.attempts, 0, 1'000'000));
  if (task.attempts == 0) {
    return not_found(fmt::format("{} has not started in run {}: it is {}",
                                 view.live.dag->tasks[index].id, row.id.value,
                                 to_word(task.state)));
  }
  if (wanted == task.attempts)
    return Target{row.id, task.attempt, task.attempts, !is_live(task.state)};
  for (const AttemptRow& attempt : TRY(reader.attempts(row.id, index))) {
    if (attempt.number == wanted) return Target{row.id, attempt.attempt, attempt.number, true};
  }
  return not_found(fmt::format("there is no attempt {}; {} has 1 to {}", wanted,
                               view.live.dag->tasks[index].id, task.attempts));
}

std::string log_path(const Context& context, const Target& target) {
  return fmt::format("{}/logs/{}/{}.log", context.data_dir, target.run.value, target.attempt.value);
}

Json line_json(const LogLine& line) {
  Json json;
  json.set("offset", static_cast<std::int64_t>(line.offset));
  json.set("time", line.time);
  json.set("stream", line.stream);
  json.set("text", line.text);
  if (line.partial) json.set("partial", true);
  return json;
}

Json lines_json(const std::vector<LogLine>& lines) {
  Json::Array array;
  for (const LogLine& line : lines) array.push_back(line_json(line));
  return array;
}

Json head_json(const Target& target) {
  Json json;
  json.set("attempt", target.number);
  json.set("ended", target.ended);
  return json;
}

struct NumberedRange {
  LogRange range;
  std::optional<std::uint64_t> line = 1;  // number of the first line; none = it was not counted
};

Result<LogRange> read_range(const LogFile& log, const Request& request) {
  const auto most = TRY(request.query.integer("bytes", kDefaultBytes, 1, kMostBytes));
  const auto from = TRY(request.query.integer("from", -1, -1, INT64_MAX));
  const auto line = TRY(request.query.integer("line", 0, 0, INT64_MAX));
  if (from >= 0 && line > 0) return invalid("give either from or line");
  const auto bytes = static_cast<std::size_t>(most);
  if (line > 0) return log.read(TRY(log.offset_of_line(static_cast<std::uint64_t>(line))), bytes);
  if (from < 0) return log.tail(bytes);
  return log.read(static_cast<std::uint64_t>(from), bytes);
}

// A task that wrote nothing has no file: that is an empty log.
Result<NumberedRange> read_numbered(const Context& context, const Target& target,
                                    const Request& request) {
  const bool numbers = TRY(request.query.flag("numbers", false));
  const auto log = LogFile::open(log_path(context, target));
  if (!log.ok() && log.error().code == ErrorCode::not_found) return NumberedRange{};
  if (!log.ok()) return log.error();
  NumberedRange found{TRY(read_range(*log, request)), std::nullopt};
  if (numbers || found.range.begin <= kCountedAlways) {
    found.line = 1 + TRY(log->lines_before(found.range.begin));
  }
  return found;
}

Result<Response> get_log(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const Target target = TRY(find_attempt(context, *reader, request));
  const NumberedRange found = TRY(read_numbered(context, target, request));
  const LogRange& range = found.range;
  Json json = head_json(target);
  json.set("from", static_cast<std::int64_t>(range.begin));
  json.set("next", static_cast<std::int64_t>(range.end));
  json.set("size", static_cast<std::int64_t>(range.size));
  json.set("line", found.line ? Json(static_cast<std::int64_t>(*found.line)) : Json());
  json.set("lines", lines_json(range.lines));
  return Response::json(json);
}

Json found_json(const Target& target, const LogFile::Found& found) {
  Json json = head_json(target);
  json.set("next", found.done ? Json() : Json(static_cast<std::int64_t>(found.next)));
  json.set("lines", lines_json(found.lines));
  return json;
}

Result<Response> search_log(Context& context, const Request& request) {
  TRY(request.query.only({"attempt", "q", "from", "limit"}));
  const std::string words = request.query.text("q");
  if (words.empty() || words.size() > 1000) return invalid("q: give 1 to 1000 bytes to look for");
  const auto from = TRY(request.query.integer("from", 0, 0, INT64_MAX));
  const auto limit = TRY(request.query.integer("limit", 100, 1, 1000));
  auto reader = TRY(context.readers.lease());
  const Target target = TRY(find_attempt(context, *reader, request));
  const LogFile log = TRY(LogFile::open(log_path(context, target)));
  return Response::json(found_json(target, TRY(log.search(words, static_cast<std::uint64_t>(from),
                                                          static_cast<std::size_t>(limit)))));
}

Result<Response> first_error(Context& context, const Request& request) {
  TRY(request.query.only({"attempt", "from"}));
  const auto from = TRY(request.query.integer("from", 0, 0, INT64_MAX));
  auto reader = TRY(context.readers.lease());
  const Target target = TRY(find_attempt(context, *reader, request));
  const LogFile log = TRY(LogFile::open(log_path(context, target)));
  return Response::json(found_json(target, TRY(log.first_error(static_cast<std::uint64_t>(from)))));
}

class LogSource : public http::BodySource {
 public:
  LogSource(LogFile log, std::uint64_t size) : log_(std::move(log)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::string> read(std::uint64_t offset, std::size_t most) override {
    return log_.bytes(offset, most);
  }

 private:
  LogFile log_;
  std::uint64_t size_;
};

Result<Response> raw_log(Context& context, const Request& request) {
  TRY(request.query.only({"attempt"}));
  auto reader = TRY(context.readers.lease());
  const Target target = TRY(find_attempt(context, *reader, request));
  LogFile log = TRY(LogFile::open(log_path(context, target)));
  const std::uint64_t size = TRY(log.size());
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.source = std::make_shared<LogSource>(std::move(log), size);
  response.with("Content-Disposition", fmt::format("attachment; filename=\"run-{}-attempt-{}.log\"",
                                                   target.run.value, target.attempt.value));
  return response;
}

// The three parts of "log:RUN/TASK/NUMBER".
struct LogTopic {
  RunId run;
  std::string task;
  std::int64_t number = 0;
};

std::optional<LogTopic> parse_topic(std::string_view topic) {
  const auto parts = split(topic.substr(topic.find(':') + 1), '/');
  if (parts.size() != 3) return std::nullopt;
  const auto run = to_int(parts[0]);
  const auto number = to_int(parts[2]);
  if (!run || *run <= 0 || !number || *number <= 0) return std::nullopt;
  return LogTopic{RunId{*run}, std::string(parts[1]), *number};
}

}  // namespace

Status watch_log(Context& context, const http::Request& request, std::string_view topic) {
  const auto wanted = parse_topic(topic);
  if (!wanted) return invalid("topics: the log of an attempt is log:RUN/TASK/NUMBER");
  const Error missing = not_found(fmt::format("there is no log {}", printable(topic, 200)));
  auto reader = TRY(context.readers.lease());
  const auto row = reader->run(wanted->run);
  if (!row.ok() || !may_read(request.who, row->dag_name)) return missing;
  const RunView view = TRY(load_run(context, *reader, row->id));
  const TaskIndex index = view.live.dag->find(wanted->task);
  if (index == kNoTask) return missing;
  const auto number = static_cast<std::uint32_t>(wanted->number);
  Target target{row->id, view.live.run.tasks[index].attempt, number};
  if (number != view.live.run.tasks[index].attempts) {
    const auto attempts = TRY(reader->attempts(row->id, index));
    const auto found = std::find_if(attempts.begin(), attempts.end(),
                                    [&](const auto& a) { return a.number == number; });
    if (found == attempts.end()) return missing;
    target.attempt = found->attempt;
  }
  context.log_watch.add(std::string(topic), log_path(context, target), row->dag_name);
  return Ok{};
}

std::vector<http::Route> log_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  const http::ParameterDoc attempt{"attempt", "integer", "Which attempt; the last when not given"};
  return {
      route("/api/v1/runs/{run}/tasks/{task}/log",
            {"Lines of the log of an attempt",
             "Logs",
             {attempt,
              {"from", "integer", "Byte offset; the end of the log when not given"},
              {"line", "integer", "The number of a line to begin at, instead of from"},
              {"bytes", "integer", "How much, up to 4 MiB"},
              {"numbers", "boolean", "Say the number of the first line, however far it is"}},
             "",
             "LogRange"},
            get_log),
      route("/api/v1/runs/{run}/tasks/{task}/log/search",
            {"Lines that hold a text, over the whole log",
             "Logs",
             {attempt,
              {"q", "string", "What to look for; case does not matter"},
              {"from", "integer", "Byte offset to begin at"},
              {"limit", "integer", "At most so many lines, 1 to 1000"}},
             "",
             "LogFound"},
            search_log),
      route("/api/v1/runs/{run}/tasks/{task}/log/first-error",
            {"The first line that looks like an error",
             "Logs",
             {attempt, {"from", "integer", "Byte offset to begin at"}},
             "",
             "LogFound"},
            first_error),
      route("/api/v1/runs/{run}/tasks/{task}/log/raw",
            {"The log as it is stored, with ranges", "Logs", {attempt}, "", ""}, raw_log),
  };
}

}  // namespace tidemill::api
