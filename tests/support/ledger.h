// What tasks wrote about themselves, which is the truth about what ran: every task appends a line
// when it starts and one when it ends, and no process of ours ever touches the file.
#pragma once

#include <map>
#include <sstream>
#include <string>

#include "tests/support/process.h"

namespace tidemill::testing {

class Ledger {
 public:
  explicit Ledger(std::string path) : path_(std::move(path)) {}

  // A script that writes both lines around `work`.
  std::string script(const std::string& work) const {
    return "echo \"start $TIDEMILL_ATTEMPT_ID\" >> " + path_ + "; " + work +
           "; echo \"end $TIDEMILL_ATTEMPT_ID\" >> " + path_;
  }

  struct Entry {
    int starts = 0, ends = 0;
  };
  std::map<std::int64_t, Entry> read() const {
    std::map<std::int64_t, Entry> entries;
    std::istringstream lines(read_text(path_));
    std::string what;
    for (std::int64_t attempt = 0; lines >> what >> attempt;) {
      (what == "start" ? entries[attempt].starts : entries[attempt].ends) += 1;
    }
    return entries;
  }

 private:
  std::string path_;
};

}  // namespace tidemill::testing
