// Asks addresses whether they answer, or gives them something, and hears with which status: many at
// once, on one thread of its own (and a few that look up names), none of which can hold up another.
// Only the head of an answer is read, and nothing of it but the status is kept. Redirects are not
// followed, no proxy is used, nothing is kept open.
//
// The name is resolved once; when any of its addresses is refused, nothing is asked; otherwise the
// connection goes to exactly the address that was looked at, so a name that changes in between
// changes nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tidemill::http {

struct ProbeRules {
  // Why this address ("10.0.0.1") may not be asked; empty = it may. Any thread.
  std::function<std::string(const std::string& address)> refuse;
  Duration limit = std::chrono::seconds(10);  // from the beginning to the head of the answer
  std::size_t most_at_once = 64;              // what is beyond waits for its turn
};

class Prober {
 public:
  explicit Prober(ProbeRules rules);
  ~Prober();  // what is under way is given up, without an answer
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  struct Question {
    std::string url;
    bool head = false;  // HEAD instead of GET
  };
  // The status of the answer; or why there is none, `invalid` when there never can be one. Called
  // on the prober's thread; must not block.
  using Answer = std::function<void(Result<int>)>;
  void ask(Question question, Answer answer);  // any thread

  struct Post {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;  // names and values of one line
    std::string body;
  };
  struct Heard {
    int status = 0;
    Duration retry_after{};  // 0 = the answer did not say, or not in seconds
  };
  // Likewise.
  using PostAnswer = std::function<void(Result<Heard>)>;
  void post(Post post, PostAnswer answer);  // any thread

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tidemill::http
