// `tidemill run`: a scheduler for the life of one run.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/fd.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/load_dag.h"
#include "cli/reuse.h"
#include "cli/run_summary.h"
#include "cli/run_watcher.h"
#include "cli/secrets.h"
#include "cli/signal_thread.h"
#include "cli/stored_run.h"
#include "cli/terminal.h"
#include "core/approval.h"
#include "scheduler/past_reader.h"
#include "scheduler/people/param_vault.h"
#include "scheduler/scheduler.h"
#include "scheduler/waits/lookout.h"

namespace tidemill {
namespace {

constexpr Duration kRepaintEvery = std::chrono::milliseconds(100);

struct Prepared {
  LoadedDag loaded;
  RunOptions options;
  std::string data_dir;
  int slots = 1;
};

// There is no API here to answer through.
Status refuse_questions(const Dag& dag) {
  for (const TaskSpec& task : dag.tasks) {
    if (task.approval == nullptr || task.approval->timeout > Duration{}) continue;
    return invalid(
        fmt::format("{} is an approval without a timeout, which nobody can answer here: put the "
                    "file into the folder of `tidemill up`, or give it a timeout",
                    task.id));
  }
  return Ok{};
}

Result<Prepared> prepare(const RunCommand& command) {
  Prepared prepared;
  prepared.loaded = TRY(load_checked_dag(command.file));
  const Dag& dag = *prepared.loaded.dag;
  TRY(refuse_questions(dag));
  prepared.options.params = TRY(bind_or_explain(dag, command.params));
  if (!command.only.empty()) prepared.options.only = TRY(select_tasks(dag, command.only));
  prepared.data_dir = TRY(resolve_data_dir(command.data_dir));
  if (!command.from_failed.empty()) {
    TRY(reuse_from(prepared.data_dir, command.from_failed, dag, command.params, prepared.options));
  }
  TRY(check_selection(dag, prepared.options));
  prepared.slots = command.slots > 0
                       ? command.slots
                       : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return prepared;
}

Result<SchedulerConfig> scheduler_config(const Prepared& prepared, Observer& observer) {
  SchedulerConfig config;
  config.data_dir = prepared.data_dir;
  config.agent_command = {TRY(own_binary()), "worker",  "--data-dir",
                          prepared.data_dir, "--slots", std::to_string(prepared.slots)};
  config.observer = &observer;
  config.load_dag = [](const DagVersionRow& version, const std::string& directory) {
    return parse_stored_dag(version.name, version.source, directory);
  };
  config.secret = [data_dir = prepared.data_dir](const std::string& name) {
    return read_secret(data_dir, name);
  };
  return config;
}

bool is_same_selection(const Run& run, const std::vector<TaskIndex>& only) {
  for (TaskIndex i = 0; i < run.tasks.size(); ++i) {
    const bool left_out = !only.empty() && std::find(only.begin(), only.end(), i) == only.end();
    if (run.tasks[i].pruned && !left_out) return false;
  }
  return true;
}

// Would the same command have made this run?
bool is_same_request(const LiveRun& live, const Prepared& prepared) {
  return live.dag->content_hash == prepared.loaded.dag->content_hash &&
         Json(live.run.params) == Json(prepared.options.params) &&
         live.reused_from == prepared.options.reused_from && !live.run.cancelling &&
         is_same_selection(live.run, prepared.options.only);
}

Error unfinished_differs(const LiveRun& live, const std::string& file) {
  if (live.run.cancelling) {
    return conflict(
        fmt::format("run {0} of {1} was left while it was being cancelled. Either end it: tidemill "
                    "run {2} --resume, or begin anew: tidemill run {2} --fresh",
                    live.run.id.value, live.dag->name, file));
  }
  return conflict(fmt::format(
      "run {0} of {1} was left unfinished, with another version of the file or other parameters. "
      "Either finish it: tidemill run {2} --resume, or give it up: tidemill run {2} --fresh",
      live.run.id.value, live.dag->name, file));
}

// The unfinished run that this command continues, if there is one. Others of the same dag are
// cancelled when asked to.
Result<std::optional<RunId>> find_unfinished(Scheduler& scheduler, const RunCommand& command,
                                             const Prepared& prepared, RunWatcher& watcher) {
  for (const RunId id : scheduler.recovered()) {
    const LiveRun* live = scheduler.engine().find(id);
    if (live == nullptr) continue;
    if (live->dag->name != prepared.loaded.dag->name) {
      watcher.on_note(fmt::format("run {} of {} was left unfinished and goes on too", id.value,
                                  live->dag->name));
    } else if (command.fresh) {
      scheduler.cancel(id, "tidemill run --fresh", "", Engine::Force::no);
    } else if (command.resume || is_same_request(*live, prepared)) {
      return std::optional<RunId>(id);
    } else {
      return unfinished_differs(*live, command.file);
    }
  }
  return std::optional<RunId>();
}

// Without it there is no estimate and no better order; that is all a failed read costs.
TaskHistory history_of(const std::string& data_dir, const Dag& dag) {
  auto past = read_past(data_dir + "/tidemill.db", dag);
  return past.ok() ? std::move(*past) : TaskHistory(dag.tasks.size());
}

Result<RunId> begin(Scheduler& scheduler, const RunCommand& command, const Prepared& prepared,
                    RunWatcher& watcher) {
  const auto unfinished = TRY(find_unfinished(scheduler, command, prepared, watcher));
  if (unfinished) {
    watcher.on_note(fmt::format("resuming run {}, which was left unfinished", unfinished->value));
    return *unfinished;
  }
  SubmitRequest request;
  request.dag = prepared.loaded.dag;
  request.directory = prepared.loaded.folder;
  request.origin = "tidemill run";
  request.options = prepared.options;
  return scheduler.submit(std::move(request));
}

// Asks nobody: the scheduler may be waiting for a worker that does not answer. What is on the disk
// is whole at every moment.
[[noreturn]] void leave_at_once(const std::string& file, RunId run, const char* name) {
  QuietKeyboard::restore();
  const std::string text = fmt::format(
      "\n{0} a third time: leaving at once. Tasks of run {1} that still live may go on. To end the "
      "run in order: tidemill run {2} --resume; then, to repeat what is missing: tidemill run {2} "
      "--from-failed {1}\n",
      name, run.value, file);
  (void)write_all(2, text).ok();
  ::_exit(kExitFailed);
}

// The first signal asks, the second insists, the third leaves. What is said was committed before:
// whoever leaves then has cancelled it all the same.
void on_signal(Scheduler& scheduler, RunWatcher& watcher, const std::string& file, RunId run,
               int count, const char* name) {
  if (count > 2) leave_at_once(file, run, name);
  const bool force = count > 1;
  Mutation asked;
  asked.decide = [run, name, force](Desk& desk) -> Result<Json> {
    // A run that has ended meanwhile needs no cancel.
    if (!desk.engine.is_live(run)) return Json();
    TRY(desk.engine.cancel(run, name, "", force ? Engine::Force::yes : Engine::Force::no,
                           desk.now));
    return Json();
  };
  asked.done = [&watcher, name, force](const Result<Json>& cancelled) {
    if (!cancelled.ok()) return watcher.say(cancelled.error().message);
    watcher.say(
        force
            ? fmt::format("{} again: killing what is left; once more leaves without waiting", name)
            : fmt::format(
                  "{}: cancelling, tasks may finish within their grace; Ctrl-C again kills them",
                  name));
  };
  scheduler.mutate(std::move(asked));
}

int show_end(const RunCommand& command, const Prepared& prepared, RunId run) {
  auto reader = open_reader(prepared.data_dir);
  if (!reader.ok()) return report(reader.error());
  const auto view = load_view(*reader, run);
  if (!view.ok()) return report(view.error());
  const Dag& dag = *view->live.dag;
  const Run& ended = view->live.run;
  const int fd = command.json ? 2 : 1;
  FILE* out = command.json ? stderr : stdout;
  const bool went_well = ended.state == RunState::succeeded || ended.state == RunState::partial;
  if (!command.quiet || !went_well) {
    const Terminal terminal = probe_terminal(fd);
    const std::string summaries = run_summaries(dag, ended);
    // fputs, because fmt::print would throw away the exit code when the stream takes no more.
    std::fputs(
        ("\n" + run_table(dag, ended, terminal) + run_verdict(dag, ended, command.file, terminal) +
         (summaries.empty() ? "" : "\n" + summaries))
            .c_str(),
        out);
  }
  if (command.json) std::fputs((run_result_json(dag, ended) + "\n").c_str(), stdout);
  return went_well ? kExitOk : kExitRunFailed;
}

Status see_it_through(Scheduler& scheduler, RunId run, const RunCommand& command,
                      const Prepared& prepared, RunWatcher& watcher) {
  const LiveRun* live = scheduler.engine().find(run);
  if (live == nullptr) return Ok{};  // every task was taken over from an earlier run
  TaskHistory history = history_of(prepared.data_dir, *live->dag);
  scheduler.expect(*live->dag, history);
  watcher.watch(live->dag, live->run, std::move(history));
  std::optional<QuietKeyboard> quiet;
  if (watcher.is_live()) quiet.emplace();
  SignalThread signals(
      [&](int count, const char* name) {
        on_signal(scheduler, watcher, command.file, run, count, name);
      },
      kRepaintEvery,
      [&] { scheduler.post([&watcher](Scheduler&) { watcher.repaint(system_now().wall); }); });
  return scheduler.run_until([&] { return !scheduler.engine().is_live(run); });
}

// Whoever runs a file asks in their own name, so no address is kept from them.
LookoutRules look_anywhere(const std::string& data_dir) {
  LookoutRules rules;
  rules.database = data_dir + "/tidemill.db";
  rules.private_networks = {AddressRange{{}, 0}};
  return rules;
}

Result<RunId> drive(const RunCommand& command, const Prepared& prepared, RunWatcher& watcher) {
  SchedulerConfig config = TRY(scheduler_config(prepared, watcher));
  ParamVault params(prepared.data_dir);
  config.params = &params;
  // Made by the first look, so that a run that waits for nothing has no threads for it.
  std::unique_ptr<Scheduler> scheduler;
  std::optional<Lookout> lookout;  // ends before the scheduler that it answers
  config.look = [&](shell_effect::Look look) {
    if (!lookout) {
      lookout.emplace(look_anywhere(prepared.data_dir), [&](RunId run, event::Looked looked) {
        scheduler->looked(run, std::move(looked));
      });
    }
    lookout->look(std::move(look));
  };
  scheduler = TRY(Scheduler::open(std::move(config)));
  const RunId run = TRY(begin(*scheduler, command, prepared, watcher));
  TRY(see_it_through(*scheduler, run, command, prepared, watcher));
  watcher.stop();
  const Status closed = scheduler->close();
  lookout.reset();
  TRY(closed);
  return run;
}

}  // namespace

int run_run(const RunCommand& command) {
  const auto prepared = prepare(command);
  if (!prepared.ok()) return report(prepared.error());
  SignalThread::block();
  RunWatcher watcher({command.json ? 2 : 1, command.quiet, prepared->slots});
  const auto run = drive(command, *prepared, watcher);
  watcher.stop();
  if (!run.ok()) return report(run.error());
  return show_end(command, *prepared, *run);
}

}  // namespace tidemill
