// The bare machine: starts COUNT processes of a program with IN_FLIGHT at a time and waits for
// them. No log, no state, no dependency: what any task runner is measured against.
//   spawn_loop COUNT IN_FLIGHT PROGRAM
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: spawn_loop COUNT IN_FLIGHT PROGRAM\n");
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const int in_flight = std::atoi(argv[2]);
  char* const child_argv[] = {argv[3], nullptr};
  int running = 0;
  for (int started = 0; started < count || running > 0;) {
    if (started < count && running < in_flight) {
      pid_t pid = 0;
      if (posix_spawn(&pid, argv[3], nullptr, nullptr, child_argv, environ) != 0) return 1;
      ++started;
      ++running;
      continue;
    }
    int status = 0;
    if (waitpid(-1, &status, 0) <= 0 || status != 0) return 1;
    --running;
  }
  return 0;
}
