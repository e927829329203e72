// Foresees lateness: looks twice a minute, on a thread of its own and from rows alone, whether runs
// that go on will miss their deadline or take far longer than others before them, and tells alerts.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "core/alert/forecast_alerts.h"
#include "scheduler/alerts/alert_book.h"
#include "scheduler/catalog.h"
#include "scheduler/mutation.h"

namespace tidemill {

// What rows foresee. One thread.
class Forecast {
 public:
  // `vfs` as of Database::open.
  Forecast(std::string database, Catalog::Parse parse, std::string vfs = "")
      : database_(std::move(database)), vfs_(std::move(vfs)), parse_(std::move(parse)) {}

  // Each thing about each run once.
  Result<std::vector<RunForecast>> look(Now now);

 private:
  // What is known of a dag; read anew after a while.
  struct Past {
    WallTime read_at;
    std::vector<Duration> runs;
    std::map<std::string, std::vector<Duration>> tasks;
  };

  Result<const Past*> past_of(Database& database, const std::string& dag, WallTime now);
  Result<std::optional<RunForecast>> look_at_deadline(Database& database, RunReader& runs,
                                                      RunId run, WallTime due_at, Now now);
  Status look_at_tasks(Database& database, Now now, std::vector<RunForecast>& news);
  Status look_at_runs(Database& database, Now now, std::vector<RunForecast>& news);
  bool is_told(RunForecast::Kind kind, RunId run, const std::string& task = "") const {
    return told_.contains({kind, run, task});
  }

  std::string database_, vfs_;
  Catalog::Parse parse_;
  std::map<std::string, Past> past_;
  std::set<std::tuple<RunForecast::Kind, RunId, std::string>> told_;  // and of which task
};

class Forecaster {
 public:
  struct World {
    std::string database;  // path
    Catalog::Parse parse;
    LoadVersion load;
    std::function<PoliciesPtr()> policies;             // in force; any thread
    std::function<void(Mutation)> mutate;              // of the scheduler, any thread
    std::function<void(const std::string&)> complain;  // what could not be done; any thread
  };
  explicit Forecaster(World world);
  ~Forecaster();  // asks for nothing any more when it returns
  Forecaster(const Forecaster&) = delete;

 private:
  void run();
  void tell(std::vector<RunForecast> news, WallTime now);

  World world_;
  Forecast forecast_;  // of the thread
  std::mutex mutex_;   // guards what follows
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace tidemill
