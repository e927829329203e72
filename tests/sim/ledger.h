// What the tasks themselves would have written: every exec and every end of a process, in order.
// The oracle that no database can talk into agreement (I1, I2, I4, I5, I15).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/mirror.h"

namespace tidemill::sim {

struct LedgerEntry {
  RunId run;
  TaskIndex task = 0;
  std::string worker;
  bool running = true;
  bool natural = false;      // it ended by itself
  bool record_lost = false;  // the machine forgot the end before anybody else knew
  Outcome outcome;           // of a natural end
};

class Ledger {
 public:
  Ledger(const Plan& plan, const Mirror& mirror, Trace& trace)
      : plan_(plan), mirror_(mirror), trace_(trace) {}

  void on_exec(AttemptId attempt, const std::string& worker, int slots_of_worker);
  void on_end(AttemptId attempt, const Outcome& outcome);  // by itself
  void on_killed(AttemptId attempt);                       // by us, with its worker or on request
  void on_record_lost(AttemptId attempt);

  // When all runs have ended and everything is healed (I4, I12).
  void check_end() const;

 private:
  void check_upstreams(const Mirror::MirrorRun& run, TaskIndex task);
  void check_capacity(const std::string& worker, int slots, const Mirror::MirrorRun& run);

  const Plan& plan_;
  const Mirror& mirror_;
  Trace& trace_;
  std::map<AttemptId, LedgerEntry> entries_;
};

}  // namespace tidemill::sim
