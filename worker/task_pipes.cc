#include "worker/task_pipes.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace tidemill {
namespace {

bool make_pipe(Fd& read_end, Fd& write_end) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return false;
  read_end = Fd(fds[0]);
  write_end = Fd(fds[1]);
  return true;
}

Result<TaskPipes> make_pipes() {
  TaskPipes pipes;
  const bool made = make_pipe(pipes.out, pipes.task_out) && make_pipe(pipes.err, pipes.task_err);
  if (!made) return errno_error("the worker cannot make pipes");
  return pipes;
}

}  // namespace

Result<TaskPipes> PipeStock::take() {
  if (stock_.empty()) return make_pipes();
  TaskPipes pipes = std::move(stock_.back());
  stock_.pop_back();
  return pipes;
}

void PipeStock::fill(std::size_t count) {
  while (stock_.size() < count) {
    auto pipes = make_pipes();
    if (!pipes.ok()) return;
    stock_.push_back(std::move(pipes).value());
  }
}

}  // namespace tidemill
