// The commands that talk to a scheduler, each as a function of its options; they return exit codes.
// commands.cc owns the words on the command line, these own what happens.
#pragma once

#include <string>
#include <vector>

#include "cli/client/address.h"

namespace tidemill::client {

struct ClientOptions : ServerOptions {
  bool json = false;  // what the API answers, instead of a table or a sentence
};

struct StatusCommand : ClientOptions {
  std::string run;  // empty = of the scheduler
};
int run_status(const StatusCommand& options);

struct WorkersCommand : ClientOptions {};
int run_workers(const WorkersCommand& options);

struct WorkerWish : ClientOptions {
  std::string worker;
  std::string reason;
};
int run_worker_drain(const WorkerWish& options);
int run_worker_undrain(const WorkerWish& options);
int run_worker_give_up(const WorkerWish& options);

struct WorkerTokens : ClientOptions {
  std::string action = "list";  // list, create, revoke
  std::string worker;           // of the last two
};
int run_worker_tokens(const WorkerTokens& options);

struct DagsCommand : ClientOptions {
  std::string dag;  // empty = all
};
int run_dags(const DagsCommand& options);

struct DatasetsCommand : ClientOptions {
  std::string dataset;  // empty = all
};
int run_datasets(const DatasetsCommand& options);

struct TriggerCommand : ClientOptions {
  std::string dag;
  std::vector<std::string> params;  // "name=value"
  std::string params_from;          // a file with a JSON object, "-" = standard input
  std::string key;                  // the same key starts the same run only once
  bool wait = false;
  bool follow = false;  // wait, and say what happens
  std::string timeout;  // of waiting, "30m"; empty = none
};
int run_trigger(const TriggerCommand& options);

struct CancelCommand : ClientOptions {
  std::string run;
  std::string reason;
  bool force = false;
};
int run_cancel(const CancelCommand& options);

struct PauseCommand : ClientOptions {
  std::string dag;  // exactly one of the two
  std::string run;
  std::string reason;
};
int run_pause(const PauseCommand& options);

struct UnpauseCommand : ClientOptions {
  std::string dag;
  std::string missed;  // none, last, all; empty = none
};
int run_unpause(const UnpauseCommand& options);

struct ResumeCommand : ClientOptions {
  std::string run;
  std::string reason;
};
int run_resume(const ResumeCommand& options);

// retry, clear and mark: what would change is shown before it is.
struct EditCommand : ClientOptions {
  std::string run;
  std::vector<std::string> tasks;
  std::string reason;
  bool dry_run = false;
  bool yes = false;
};
struct RetryCommand : EditCommand {
  std::vector<std::string> where;  // "dag=etl"; then no run is named, and many are retried
  int canary = 1, max_parallel = 5, max_failures = 0;
};
int run_retry(const RetryCommand& options);

struct RetriesCommand : ClientOptions {
  std::string retry;  // empty = all
  bool cancel = false, cancel_runs = false;
  std::string reason;
  int limit = 20;
};
int run_retries(const RetriesCommand& options);

struct ClearCommand : EditCommand {
  bool downstream = false, upstream = false, failed = false, only = false;
};
int run_clear(const ClearCommand& options);

struct MarkCommand : EditCommand {
  std::string to;  // succeeded, skipped, failed
};
int run_mark(const MarkCommand& options);

struct ApprovalsCommand : ClientOptions {};
int run_approvals(const ApprovalsCommand& options);

struct AnswerCommand : ClientOptions {
  std::string run;
  std::string task;
  std::vector<std::string> fields;  // "name=value"
  std::string comment;
};
int run_approve(const AnswerCommand& options);
int run_reject(const AnswerCommand& options);

struct RerunCommand : ClientOptions {
  std::string run;
  std::vector<std::string> params;
  bool latest = false, from_failed = false, dry_run = false;
};
int run_rerun(const RerunCommand& options);

struct BackfillCommand : ClientOptions {
  std::string dag;
  std::string from, until;  // RFC 3339, or a date for its first moment in UTC
  std::string schedule, reprocess, order;
  std::vector<std::string> params;
  int max_parallel = 1;
  bool dry_run = false;
};
int run_backfill(const BackfillCommand& options);

struct BackfillsCommand : ClientOptions {
  std::string backfill;  // empty = all
  std::string dag;       // of the list
  bool cancel = false, cancel_runs = false;
  std::string reason;
  int limit = 20;
};
int run_backfills(const BackfillsCommand& options);

struct FreezeCommand : ClientOptions {
  std::string reason;
  std::string until;     // a time
  std::string duration;  // or from now on
  std::string after;     // what becomes of what was due meanwhile: none, last, all
};
int run_freeze(const FreezeCommand& options);

struct FreezesCommand : ClientOptions {};
int run_freezes(const FreezesCommand& options);

struct UnfreezeCommand : ClientOptions {
  std::string freeze;  // empty = the only one that holds
};
int run_unfreeze(const UnfreezeCommand& options);

struct AlertsCommand : ClientOptions {
  std::string alert;  // empty = all
  std::string dag;
  std::string state;  // empty = the open ones
  int limit = 50;
};
int run_alerts(const AlertsCommand& options);

// ack, unack, snooze, resolve.
struct AlertActCommand : ClientOptions {
  std::vector<std::string> alerts;
  std::string comment;
  std::string until;  // a time, or a duration from now on
};
int run_ack(const AlertActCommand& options);
int run_unack(const AlertActCommand& options);
int run_snooze(const AlertActCommand& options);
int run_resolve(const AlertActCommand& options);

struct ChannelsCommand : ClientOptions {};
int run_channels(const ChannelsCommand& options);
struct ChannelTest : ClientOptions {
  std::string channel;
};
int run_channel_test(const ChannelTest& options);
struct AlertTest : ClientOptions {
  std::string severity = "critical";
  std::string policy;  // empty = the default one
};
int run_alert_test(const AlertTest& options);

struct UsersCommand : ClientOptions {};
int run_users(const UsersCommand& options);

struct UserCommand : ClientOptions {
  std::string user;
  std::string role;
  std::string dag;        // of a grant
  bool password = false;  // ask for one, or read it from standard input
  bool disable = false, enable = false;
};
int run_user_add(const UserCommand& options);
int run_user_change(const UserCommand& options);
int run_user_remove(const UserCommand& options);
int run_user_grant(const UserCommand& options);
int run_user_revoke(const UserCommand& options);
int run_sign_in_link(const UserCommand& options);

struct TokensCommand : ClientOptions {};
int run_tokens(const TokensCommand& options);

struct TokenCommand : ClientOptions {
  std::string token;
  std::string owner;  // empty = oneself
  std::string scope;
  std::vector<std::string> dags;
  std::string expires;  // a duration from now, or a time; empty = never
};
int run_token_add(const TokenCommand& options);
int run_token_revoke(const TokenCommand& options);

struct SecretsCommand : ClientOptions {};
int run_secrets(const SecretsCommand& options);

struct SecretCommand : ClientOptions {
  std::string secret;
  std::string file;  // empty = asked for, or standard input
};
int run_secret_set(const SecretCommand& options);
int run_secret_remove(const SecretCommand& options);

struct AuditCommand : ClientOptions {
  std::string who, action, object, dag;
  int limit = 50;
};
int run_audit(const AuditCommand& options);
int run_audit_verify(const AuditCommand& options);

struct WatchCommand : ClientOptions {
  std::string run;  // empty = all runs
  std::string timeout;
};
int run_watch(const WatchCommand& options);

}  // namespace tidemill::client
