// The commands of this binary that the CLI itself implements, each as a function of its options.
// main.cc owns the words on the command line; these own what happens.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/client/address.h"

namespace tidemill {

struct RunCommand {
  std::string file;
  std::vector<std::string> params;  // "name=value"
  int slots = 0;                    // 0 = one per processor
  std::string data_dir;
  std::vector<std::string> only;
  std::string from_failed;  // a run; empty = none
  bool fresh = false;       // cancel an unfinished run of this dag and start a new one
  bool resume = false;      // continue an unfinished run of this dag even if the file changed since
  bool json = false;
  bool quiet = false;
};
int run_run(const RunCommand& options);

struct PlanCommand {
  std::string file;
  std::vector<std::string> params;
  std::string data_dir;
  std::vector<std::string> only;
  std::string from_failed;
  bool json = false;
};
int run_plan(const PlanCommand& options);

struct RunsCommand : client::ServerOptions {
  std::string dag;    // empty = all
  std::string state;  // empty = all
  int limit = 20;
  bool json = false;
};
int run_runs(const RunsCommand& options);

struct LogsCommand : client::ServerOptions {
  std::string run, task;
  int attempt = 0;  // 0 = the last
  bool follow = false;
  bool timestamps = false;
};
int run_logs(const LogsCommand& options);

struct ExplainCommand : client::ServerOptions {
  std::string run, task;  // empty task = the run
  bool json = false;
};
int run_explain(const ExplainCommand& options);

struct HistoryCommand : client::ServerOptions {
  std::string run;
  std::string at;  // a moment; empty = now
  bool json = false;
};
int run_history(const HistoryCommand& options);

struct DumpCommand {
  std::string data_dir;
  std::string run;
  std::string format = "json";  // json, text, dot
};
int run_dump(const DumpCommand& options);

}  // namespace tidemill
