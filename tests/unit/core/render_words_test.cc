// Which scripts need no shell. The oracle is the shell itself: whatever we split must be what it
// would have run.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "core/render.h"
#include "tests/support/folders.h"
#include "tests/support/run_fixture.h"
#include "tests/support/seed.h"

namespace tidemill {
namespace {

using Words = std::vector<std::string>;

TEST(PlainWords, SplitsAPlainLine) {
  EXPECT_EQ(plain_words("true"), (Words{"true"}));
  EXPECT_EQ(plain_words("python3 train.py --lr=0.1  data/x.csv\n"),
            (Words{"python3", "train.py", "--lr=0.1", "data/x.csv"}));
  EXPECT_EQ(plain_words("\t ./extract.sh a,b c+d e@f:80 100% "),
            (Words{"./extract.sh", "a,b", "c+d", "e@f:80", "100%"}));
  EXPECT_EQ(plain_words("python3 -c 'print(1 + 1)' '' a'b c'd"),
            (Words{"python3", "-c", "print(1 + 1)", "", "ab cd"}));
  EXPECT_EQ(plain_words("echo hello"), (Words{"echo", "hello"}));
  EXPECT_EQ(plain_words("test 1 -eq 1"), (Words{"test", "1", "-eq", "1"}));
}

TEST(PlainWords, LeavesEverythingElseToTheShell) {
  for (const char* script : {"",          " ",           "\n",      "\n\n",
                             "true\n\n",  "\ntrue",      "a\nb",    "#!/bin/sh\ntrue",
                             "# nothing", "a;b",         "a && b",  "a | b",
                             "a & b",     "a > b",       "a < b",   "a $X",
                             "a `b`",     "a $(b)",      "a *",     "a ?",
                             "a [b]",     "a {b,c}",     "a ~",     "~/a",
                             "a !b",      "a \\b",       "a \"b\"", "a 'b",
                             "a 'b\\n'",  "X=1 a",       "X=1",     "'X'=1 a",
                             "(a)",       "{ a; }",      "a #b",    "a ^b",
                             "a\rb",      "a\r\n",       "a \x01",  "-a",
                             "%1",        "a b\xc3\xa4", "'a b'",   "''",
                             "'a;b' c"}) {
    EXPECT_TRUE(plain_words(script).empty()) << script;
  }
  EXPECT_TRUE(plain_words(std::string("a\0b", 3)).empty());
}

TEST(PlainWords, LeavesBuiltinsAndKeywordsToTheShell) {
  for (const char* word :
       {"cd",    "export", "exit",   "set",   ":",     ".",      "exec",    "ulimit",
        "umask", "eval",   "source", "if",    "while", "for",    "case",    "time",
        "wait",  "trap",   "read",   "kill",  "pwd",   "printf", "type",    "command",
        "alias", "unset",  "return", "shift", "local", "let",    "declare", "function"}) {
    EXPECT_TRUE(plain_words(fmt::format("{} x", word)).empty()) << word;
    EXPECT_TRUE(plain_words(fmt::format("'{}' x", word)).empty()) << word;
  }
}

TEST(PlainWords, LeavesOptionsThatShellsAndProgramsReadDifferently) {
  EXPECT_TRUE(plain_words("echo -e x").empty());
  EXPECT_TRUE(plain_words("echo --help").empty());
  EXPECT_TRUE(plain_words("echo '-n' x").empty());
  EXPECT_TRUE(plain_words("true --help").empty());
  EXPECT_TRUE(plain_words("false x").empty());
}

// A line of characters that shells care about, now and then.
std::string random_line(std::mt19937_64& random) {
  static constexpr std::string_view kOften = "abcxyz019 -./_=,:+@%' ";
  static constexpr std::string_view kSeldom = "\"\\$`;&|<>*?[]{}()!~#^\t";
  std::string line = "prog";
  const std::size_t length = random() % 24;
  for (std::size_t i = 0; i < length; ++i) {
    const std::string_view from = random() % 12 == 0 ? kSeldom : kOften;
    line.push_back(from[random() % from.size()]);
  }
  return line;
}

// The shell's own words: `prog` is a function that prints its name and arguments, NUL after each.
std::string words_of_the_shell(const std::string& shell, const std::vector<std::string>& lines) {
  const auto folder = std::filesystem::path(test::build_folder()) / "plain_words";
  std::filesystem::create_directories(folder);
  const auto script = folder / fmt::format("{}.{}.sh", shell, ::getpid());
  const auto output = folder / fmt::format("{}.{}.out", shell, ::getpid());
  std::ofstream file(script, std::ios::binary);
  file << "prog() { printf 'prog\\0'; [ $# -eq 0 ] || printf '%s\\0' \"$@\"; printf '\\n'; }\n";
  for (const std::string& line : lines) file << line << "\n";
  file.close();
  const std::string command = fmt::format("{} {} > {}", shell, script.string(), output.string());
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0);
  std::ifstream result(output, std::ios::binary);
  return {std::istreambuf_iterator<char>(result), {}};
}

void compare_with_shell(const std::string& shell) {
  const std::uint64_t seed = testing::first_seed();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  std::vector<std::string> lines;
  std::string expected;
  for (int i = 0; i < 200'000 && lines.size() < 20'000; ++i) {
    const std::string line = random_line(random);
    const Words words = plain_words(line);
    // A longer first word is another program than the function that prints.
    if (words.empty() || words[0] != "prog") continue;
    lines.push_back(line);
    for (const std::string& word : words) expected += word + '\0';
    expected += '\n';
  }
  ASSERT_GT(lines.size(), 1000u);
  EXPECT_EQ(words_of_the_shell(shell, lines), expected);
}

TEST(PlainWords, AreTheWordsThatTheShellSees) { compare_with_shell("sh"); }
TEST(PlainWords, AreTheWordsThatBashSees) { compare_with_shell("bash"); }

}  // namespace
}  // namespace tidemill
