#include "cli/usage.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

const CommandUsage kNone{{"run", "runs", "validate"}, "", {}};
const CommandUsage kRun{{"run", "runs", "validate"}, "run", {"--json", "--param", "--quiet", "-q"}};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

TEST(UsageMessage, NamesTheCommandThatWasNearlyTyped) {
  EXPECT_EQ(first_line(usage_message(kNone, {"rnu"}, "x")),
            "there is no command rnu; did you mean run?");
  EXPECT_EQ(first_line(usage_message(kNone, {"frobnicate"}, "x")),
            "there is no command frobnicate");
  EXPECT_EQ(first_line(usage_message(kNone, {""}, "x")), "there is no command ''");
}

TEST(UsageMessage, AnOptionBeforeTheCommandIsToldWhereItBelongs) {
  EXPECT_EQ(
      usage_message(kNone, {"--json", "run"}, "x"),
      "--json is not known here; options stand behind a command, as in: tidemill run FILE --json");
}

TEST(UsageMessage, NamesTheOptionThatWasNearlyTyped) {
  EXPECT_EQ(first_line(usage_message(kRun, {"run", "a.yaml", "--parm", "x=1"}, "x")),
            "run has no option --parm; did you mean --param?");
  EXPECT_EQ(first_line(usage_message(kRun, {"run", "--jsno=1"}, "x")),
            "run has no option --jsno; did you mean --json?");
}

TEST(UsageMessage, EverythingElseIsTheParsersOwnSentence) {
  EXPECT_EQ(first_line(usage_message(kRun, {"run", "--json"}, "FILE is required")),
            "run: FILE is required");
  EXPECT_EQ(first_line(usage_message(kRun, {"run", "--", "--odd"}, "too many")), "run: too many")
      << "words behind -- are no options";
  EXPECT_EQ(first_line(usage_message(kRun, {"run", "-1"}, "too many")), "run: too many")
      << "a number is no option";
}

TEST(UsageMessage, WordsCannotSteerTheTerminal) {
  EXPECT_EQ(usage_message(kNone, {"\x1b[2J"}, "x").find('\x1b'), std::string::npos);
  EXPECT_EQ(usage_message(kRun, {"run", "--\x1b[2J"}, "x").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tidemill
