// Starting, killing and awaiting processes, and waiting for what they do. Nothing here sleeps for a
// fixed time: a wait ends when its condition holds, and fails at its deadline.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidemill::testing {

// Ends the process (SIGKILL) with the test, unless it was awaited.
class ChildProcess {
 public:
  // argv[0] is a path. `environment` is added to ours ("NAME=value"). Output goes to `output_path`,
  // or where ours goes when it is empty.
  ChildProcess(const std::vector<std::string>& argv,
               const std::vector<std::string>& environment = {},
               const std::string& output_path = "");
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Wait status. Fails the test when it has not ended within a minute.
  int wait();
  bool running();

 private:
  pid_t pid_ = -1;
  bool awaited_ = false;
  int status_ = 0;
};

// True as soon as `condition` holds; false when it does not within `seconds`, which are for broken
// builds only: far more than anything takes on a slow and busy machine.
bool wait_until(const std::function<bool()>& condition, double seconds = 300);

// The contents of all files below a folder whose owner may still be at work there: what goes
// while it is read is left out.
std::vector<std::pair<std::string, std::string>> files_below(const std::string& folder);

// SIGKILL for one process. A number that names no single process fails the test instead.
void kill_process(std::int64_t pid);
bool process_exists(pid_t pid);                  // a zombie does not count
std::string read_text(const std::string& path);  // empty when there is no file
std::string worker_process();                    // path of the test program

}  // namespace tidemill::testing
