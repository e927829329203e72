#include "cli/client/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/exit_code.h"

namespace tidemill::client {

int with_api(const ServerOptions& options, const std::function<Result<int>(Api&)>& body) {
  auto api = Api::open(options);
  if (!api.ok()) return report(api.error());
  const Result<int> code = body(*api);
  return code.ok() ? *code : report(code.error());
}

void print_json(const Json& json) { fmt::print("{}\n", json.dump()); }

int say(const ClientOptions& options, const Json& answer, const std::string& sentence) {
  if (options.json)
    print_json(answer);
  else
    fmt::print("{}\n", sentence);
  return kExitOk;
}

Result<bool> confirm(const std::string& question) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
    return invalid("nothing was changed: there is no terminal to ask on; add --yes to go ahead");
  }
  fmt::print(stderr, "{} [y/N] ", question);
  std::string answer;
  char c = 0;
  while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') answer += c;
  const std::string word = to_lower_ascii(trim(answer));
  return word == "y" || word == "yes";
}

}  // namespace tidemill::client
