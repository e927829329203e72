// The words of the commands about people, tokens, secrets and the audit log.
#include "cli/client/add_command.h"

namespace tidemill::client {
namespace {

const char kPeople[] = "People";

void add_role(CLI::App& command, std::string& role, const char* name, const char* help) {
  command.add_option(name, role, help)
      ->check(CLI::IsMember({"viewer", "operator", "editor", "admin"}))
      ->type_name("ROLE");
}

void add_password(CLI::App& command, bool& password) {
  command.add_flag("--password", password,
                   "Ask for a password, or read it from standard input where there is no terminal");
}

void add_users(CLI::App& app, Chosen& chosen) {
  static UsersCommand list;
  auto& users = add_group(app, chosen, kPeople, "users", "List users; add, change and remove them",
                          list, run_users);
  static UserCommand add, change, remove, grant, revoke;
  auto& adding = add_below(users, chosen, "add", "Make a user", add, run_user_add);
  adding.add_option("USER", add.user, "Their name")->required();
  add_role(adding, add.role, "--role", "viewer (default), operator, editor or admin");
  add_password(adding, add.password);
  auto& changing = add_below(users, chosen, "change", "Change a user", change, run_user_change);
  changing.add_option("USER", change.user, "Their name")->required();
  add_role(changing, change.role, "--role", "viewer, operator, editor or admin");
  changing.add_flag("--disable", change.disable, "Let them in no more; tokens too");
  changing.add_flag("--enable", change.enable, "Let them in again");
  add_password(changing, change.password);
  auto& removing = add_below(users, chosen, "remove", "Delete a user with tokens and sessions",
                             remove, run_user_remove);
  removing.add_option("USER", remove.user, "Their name")->required();
  auto& granting = add_below(users, chosen, "grant", "Give a role for one DAG", grant,
                             run_user_grant);
  granting.add_option("USER", grant.user, "Their name")->required();
  granting.add_option("DAG", grant.dag, "For which")->required();
  add_role(granting, grant.role, "ROLE", "viewer, operator, editor or admin");
  granting.get_option("ROLE")->required();
  auto& revoking = add_below(users, chosen, "revoke", "Take the role for one DAG away", revoke,
                             run_user_revoke);
  revoking.add_option("USER", revoke.user, "Their name")->required();
  revoking.add_option("DAG", revoke.dag, "For which")->required();
  users.footer(
      "Examples:\n"
      "  tidemill users\n"
      "  tidemill users add ann --role editor --password\n"
      "  tidemill users grant bob etl operator\n"
      "  tidemill users change bob --disable");
  static UserCommand link;
  auto& linking = add_command(app, chosen, kPeople, "sign-in-link",
                              "Make a link that signs a user in once", link, run_sign_in_link);
  linking.add_option("USER", link.user, "Their name")->required();
  add_client_options(linking, link);
}

void add_tokens(CLI::App& app, Chosen& chosen) {
  static TokensCommand list;
  auto& tokens = add_group(app, chosen, kPeople, "tokens", "List API tokens; add and revoke them",
                           list, run_tokens);
  static TokenCommand add, revoke;
  auto& adding = add_below(tokens, chosen, "add", "Make a token; it is shown once", add,
                           run_token_add);
  adding.add_option("TOKEN", add.token, "A name for it")->required();
  adding.add_option("--owner", add.owner, "As whom it acts (default: you)")->type_name("USER");
  add_role(adding, add.scope, "--scope", "What it may do at most (default: viewer)");
  adding.add_option("--dag", add.dags, "Only for this dag; repeat for more")
      ->allow_extra_args(false)
      ->type_name("DAG");
  adding.add_option("--expires", add.expires, "When it ends: 90d, or a time")->type_name("WHEN");
  auto& revoking = add_below(tokens, chosen, "revoke", "Let a token in no more", revoke,
                             run_token_revoke);
  revoking.add_option("TOKEN", revoke.token, "Its name")->required();
  revoking.add_option("--owner", revoke.owner, "Whose (default: yours)")->type_name("USER");
  tokens.footer(
      "Examples:\n"
      "  tidemill tokens add ci --owner ann --scope operator --dag etl --expires 90d\n"
      "  (umask 077; tidemill tokens add laptop > ~/.config/tidemill/token)");
}

void add_secrets(CLI::App& app, Chosen& chosen) {
  static SecretsCommand list;
  auto& secrets = add_group(app, chosen, kPeople, "secrets",
                            "List names of secrets; set and remove them", list, run_secrets);
  static SecretCommand set, remove;
  auto& setting = add_below(secrets, chosen, "set",
                            "Set one; its value is asked for or read from standard input", set,
                            run_secret_set);
  setting.add_option("SECRET", set.secret, "Its name")->required();
  setting.add_option("--from", set.file, "Read the value from a file")->type_name("FILE");
  auto& removing = add_below(secrets, chosen, "remove", "Remove one", remove, run_secret_remove);
  removing.add_option("SECRET", remove.secret, "Its name")->required();
  secrets.footer(
      "Examples:\n"
      "  tidemill secrets set warehouse_password\n"
      "  pass warehouse | tidemill secrets set warehouse_password\n"
      "Values never stand on a command line, where every user of the machine could read them.");
}

void add_audit(CLI::App& app, Chosen& chosen) {
  static AuditCommand options;
  auto& audit = add_group(app, chosen, kPeople, "audit", "List who asked for what, newest first",
                          options, run_audit);
  audit.add_option("--who", options.who, "Only of this user")->type_name("USER");
  audit.add_option("--action", options.action, "Only this, as in run.cancel")->type_name("ACTION");
  audit.add_option("--object", options.object, "Only of this, as in \"run 12\"")
      ->type_name("OBJECT");
  audit.add_option("--dag", options.dag, "Only of this dag")->type_name("DAG");
  audit.add_option("--limit", options.limit, "At most so many")
      ->check(CLI::Range(1, 500))
      ->type_name("N");
  static AuditCommand verify;
  add_below(audit, chosen, "verify", "Check that nobody changed an entry; exit code 1 when so",
            verify, run_audit_verify);
}

}  // namespace

void add_people_commands(CLI::App& app, Chosen& chosen) {
  for (auto* add : {add_users, add_tokens, add_secrets, add_audit}) add(app, chosen);
}

}  // namespace tidemill::client
