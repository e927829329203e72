// The words of `workers`.
#include "cli/client/add_command.h"

namespace tidemill::client {
namespace {

void add_worker_wish(CLI::App& group, Chosen& chosen, const char* name, const char* summary,
                     WorkerWish& wish, int (*run)(const WorkerWish&)) {
  auto& command = add_below(group, chosen, name, summary, wish, run);
  command.add_option("WORKER", wish.worker, "Its name")->required();
  command.add_option("--reason", wish.reason, "Why, for those who read the audit log")
      ->type_name("TEXT");
}

}  // namespace

void add_worker_commands(CLI::App& app, Chosen& chosen) {
  static WorkersCommand list, listed;
  auto& workers = add_group(app, chosen, "Looking", "workers",
                            "List workers and what they run; look after them", list, run_workers);
  add_below(workers, chosen, "list", "The same list", listed, run_workers);
  static WorkerWish drain, undrain, give_up;
  add_worker_wish(workers, chosen, "drain", "Give it nothing new; what it runs goes on", drain,
                  run_worker_drain);
  add_worker_wish(workers, chosen, "undrain", "Give it new tasks again", undrain,
                  run_worker_undrain);
  add_worker_wish(workers, chosen, "give-up", "Say that what an unreachable worker ran is lost",
                  give_up, run_worker_give_up);
  static WorkerTokens tokens;
  auto& below = add_below(workers, chosen, "tokens", "Tokens by which workers come in", tokens,
                          run_worker_tokens);
  below.add_option("ACTION", tokens.action, "list, create (shown once) or revoke")
      ->check(CLI::IsMember({"list", "create", "revoke"}));
  below.add_option("WORKER", tokens.worker, "Whose, of create and revoke");
  workers.footer(
      "Examples:\n"
      "  (umask 077; tidemill workers tokens create gpu-1 > gpu-1.token)\n"
      "  tidemill workers drain gpu-1 --reason \"new disk\"\n"
      "  tidemill workers give-up gpu-1 --reason \"the machine burnt\"");
}

}  // namespace tidemill::client
