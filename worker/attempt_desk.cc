#include "worker/attempt_desk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/command.h"
#include "worker/own_lines.h"
#include "worker/pristine.h"
#include "worker/task_environment.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxProgressBytes = 64u << 10;

Outcome outcome_of(const message::ExitRecord& record) {
  Outcome outcome;
  outcome.cause = record.cause;
  outcome.exit_code = record.exit_code;
  outcome.signal = record.signal;
  outcome.message = record.message;
  outcome.started_at = record.started_at;
  outcome.ended_at = record.ended_at;
  outcome.log_rules = record.log_rules;
  outcome.usage = record.usage;
  return outcome;
}

struct Ended {
  Outcome outcome;
  Collected collected;
  AttemptNote note;
  std::string workspace, log;
};

// Fills in the outcome. False when the attempt did not succeed or broke a promise.
bool complete(Ended& ended) {
  const bool kept = ended.outcome.cause == Cause::none &&
                    note_broken_promises(ended.note, ended.collected);
  append_own_lines(ended.log, ended.collected.notes);
  ended.outcome.result = std::move(ended.collected.result);
  if (!ended.collected.message.empty()) ended.outcome.message = ended.collected.message;
  return kept;
}

// mkstemp-like care is not needed: the folder is ours alone and was pristine.
Status write_script(const std::string& path, const std::string& script) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0700));
  if (!fd) return errno_error("cannot write the task's script " + path);
  if (const Status written = write_all(fd.get(), script); !written.ok())
    return written.error().context(path);
  return Ok{};
}

}  // namespace

AttemptDesk::AttemptDesk(const AgentOptions& options)
    : options_(options),
      host_(host_environment()),
      workspaces_(options.worker_directory + "/attempts"),
      checkpoints_(options.worker_directory + "/checkpoints"),
      objects_(options.data_directory + "/objects") {}

Status AttemptDesk::open() {
  for (const std::int64_t number : TRY(workspaces_.open())) unused_.insert(number);
  return checkpoints_.open();
}

void AttemptDesk::adopt(const HeldByAgent& held) {
  unused_.erase(held.note.workspace);
  workspaces_.take_known(held.note.workspace);
  checkpoints_.take_known(held.note.checkpoint);
}

void AttemptDesk::clean_unused() {
  for (const std::int64_t number : std::exchange(unused_, {})) clean_workspace(number);
}

void AttemptDesk::clean_workspace(std::int64_t number) {
  cleaning_.post([this, number, path = workspaces_.path(number)]() -> Chores::Completion {
    const bool clean = Workspaces::clean(path).ok();
    // One that cannot be emptied is not offered again; the next start of the agent tries once more.
    return [this, number, clean] {
      if (clean) workspaces_.offer(number);
    };
  });
}

void AttemptDesk::clean_checkpoint(std::int64_t number) {
  cleaning_.post([this, number, path = checkpoints_.path(number)]() -> Chores::Completion {
    const bool clean = Checkpoints::clean(path).ok();
    return [this, number, clean] {
      if (clean) checkpoints_.offer(number);
    };
  });
}

std::string AttemptDesk::log_path(RunId run, AttemptId attempt) const {
  return fmt::format("{}/logs/{}/{}.log", options_.data_directory, run.value, attempt.value);
}

Status AttemptDesk::set_command(const message::Start& start, const std::string& workspace,
                                message::Spawn& spawn) {
  if (!start.argv.empty()) {
    spawn.argv = start.argv;
    return Ok{};
  }
  const std::string path = workspace + "/script";
  Command command = script_command(start.script, start.shell, start.task, path);
  spawn.argv = std::move(command.argv);
  return command.needs_file ? write_script(path, start.script) : Status(Ok{});
}

Result<message::Spawn> AttemptDesk::make_spawn(const message::Start& start, HeldByAgent& held) {
  AttemptNote& note = held.note;
  note.workspace = TRY(workspaces_.take());
  const Checkpoints::Taken checkpoint = TRY(checkpoints_.take(start.run, start.task_index));
  note.checkpoint = checkpoint.number;
  held.has_folders = true;
  const std::string workspace = workspaces_.path(note.workspace);
  TRY(workspaces_.write_context(note.workspace, start.context_json));

  message::Spawn spawn;
  spawn.attempt = start.attempt;
  spawn.run = start.run;
  spawn.priority = start.priority;
  spawn.slots = start.slots;
  TRY(set_command(start, workspace, spawn));
  spawn.env = make_environment(
      start, {workspace, checkpoints_.path(checkpoint.number), checkpoint.has_content}, host_);
  for (const auto& [name, value] : start.secrets) {
    spawn.masks.push_back(value);
    held.masks.add(value);
  }
  note.has_secrets = !held.masks.empty();
  spawn.directory = start.directory;
  spawn.umask = start.umask;
  spawn.timeout = start.timeout;
  spawn.grace = start.grace;
  spawn.memory_limit = start.resources.memory;
  spawn.cpu_limit = start.resources.cpu;
  spawn.log_path = log_path(start.run, start.attempt);
  spawn.log_patterns = start.log_patterns;
  spawn.note = encode_note(note);
  spawn.outlives_lease = start.outlives_lease;
  return spawn;
}

void AttemptDesk::prepare(const message::Start& start, HeldByAgent& held, Prepared done) {
  held.note = {start.run,     start.task_index, 0,     0,           start.outputs,
               start.metrics, start.artifacts,  false, start.expect};
  auto spawn = make_spawn(start, held);
  if (!spawn.ok() || start.inputs.empty()) return done(std::move(spawn));
  const std::string folder = workspaces_.path(held.note.workspace) + "/in";
  files_.post([this, folder, inputs = start.inputs, spawn = std::move(spawn).value(),
               done = std::move(done)]() -> Chores::Completion {
    Result<message::Spawn> result = spawn;
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      result = errno_error("cannot make " + folder);
    for (const RenderedInput& input : inputs) {
      if (!result.ok()) break;
      const Status status = objects_.materialise(input, folder + "/" + input.name);
      if (!status.ok()) result = status.error();
    }
    return [result = std::move(result), done] { done(result); };
  });
}

void AttemptDesk::collect(HeldByAgent& held, const message::ExitRecord& record, Finished done) {
  Ended ended{outcome_of(record),
              {},
              held.note,
              workspaces_.path(held.note.workspace),
              log_path(record.run, record.attempt)};
  if (record.started_at.us == 0 || !held.has_folders) return done(std::move(ended.outcome));
  const bool succeeded = record.cause == Cause::none;
  checkpoints_.settle(held.note.checkpoint, held.note.run, held.note.task_index, succeeded);
  held.touched = workspaces_.touched(held.note.workspace);
  if (held.touched) ended.collected = collect_texts(ended.workspace, held.note, held.masks);
  const bool has_files = held.touched && !is_pristine(ended.workspace + "/out");
  const bool is_slow = succeeded ? held.touched && !held.note.artifacts.empty() : has_files;
  if (!is_slow) {
    complete(ended);
    return done(std::move(ended.outcome));
  }
  // Storing takes long; a failure is not kept waiting for that of others.
  Chores& chores = succeeded ? files_ : cleaning_;
  chores.post(
      [this, ended = std::move(ended), done = std::move(done)]() mutable -> Chores::Completion {
        if (ended.outcome.cause == Cause::none) {
          collect_artifacts(ended.workspace, ended.note, objects_, ended.collected);
        }
        // Before anybody hears of the end: without this room, nobody might be able to note it down.
        if (!complete(ended)) (void)Workspaces::empty_out(ended.workspace);
        return [outcome = std::move(ended.outcome), done] { done(outcome); };
      });
}

void AttemptDesk::release(const HeldByAgent& held) {
  if (!held.has_folders) return;
  if (held.touched) {
    workspaces_.set_aside(held.note.workspace);
    clean_workspace(held.note.workspace);
  } else {
    workspaces_.offer(held.note.workspace);
  }
  const bool rubbish = checkpoints_.release(held.note.checkpoint, held.note.run,
                                            held.note.task_index);
  if (rubbish) clean_checkpoint(held.note.checkpoint);
}

std::optional<ProgressLine> AttemptDesk::read_progress(const HeldByAgent& held,
                                                       std::string& last) const {
  if (!held.has_folders) return std::nullopt;
  Notes ignored;
  const std::string path = workspaces_.path(held.note.workspace) + "/progress";
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  std::string text = read_task_file(path, kMaxProgressBytes, ignored);
  if (text == last) return std::nullopt;
  last = std::move(text);
  auto progress = parse_progress(last);
  if (progress && !held.masks.empty()) progress->text = held.masks.apply(progress->text);
  return progress;
}

}  // namespace tidemill
