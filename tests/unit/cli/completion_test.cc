#include "cli/completion.h"

#include <gtest/gtest.h>

#include "cli/man_page.h"

namespace tidemill {
namespace {

ArgumentPage positional(const char* name, bool many = false) {
  ArgumentPage page;
  page.names = {name};
  page.help = "what it is";
  page.required = true;
  page.many = many;
  return page;
}

ArgumentPage option(const char* name, const char* value, std::vector<std::string> choices = {}) {
  ArgumentPage page;
  page.names = {name};
  page.value = value;
  page.choices = std::move(choices);
  page.help = "a | b";
  return page;
}

std::vector<CommandPage> table() {
  CommandPage run, mark, users, add;
  run.name = "run";
  run.group = "Here";
  run.summary = "Run a file's DAG";
  run.positionals = {positional("FILE")};
  mark.name = "mark";
  mark.group = "There";
  mark.summary = "Mark tasks";
  mark.positionals = {positional("RUN"), positional("TASK", true)};
  mark.options = {option("--as", "STATE", {"succeeded", "skipped"}), option("--reason", "TEXT"),
                  option("--dag", "DAG"), option("--json", "")};
  mark.footer = ".ne 1\n'tis -x";
  users.name = "users";
  users.group = "There";
  users.summary = "Users";
  users.options = {option("--json", "")};
  add.name = "users add";
  add.group = "There";
  add.summary = "Make one";
  add.positionals = {positional("USER")};
  return {run, mark, users, add};
}

std::vector<std::string> words_of(const Completion& completion) {
  std::vector<std::string> words;
  for (const Candidate& candidate : completion.words) words.push_back(candidate.word);
  return words;
}

using Words = std::vector<std::string>;
using Live = Completion::Live;

TEST(Completion, TheFirstWordIsACommand) {
  EXPECT_EQ(words_of(complete(table(), {}, "")), (Words{"run", "mark", "users"}));
  EXPECT_EQ(words_of(complete(table(), {}, "m")), (Words{"mark"}));
  EXPECT_EQ(words_of(complete(table(), {"help"}, "u")), (Words{"users"}));
  EXPECT_TRUE(words_of(complete(table(), {"nonsense"}, "")).empty());
}

TEST(Completion, CommandsBelowAreOfferedUntilOneIsThere) {
  EXPECT_EQ(words_of(complete(table(), {"users"}, "")), (Words{"add"}));
  EXPECT_EQ(words_of(complete(table(), {"users", "add"}, "")), (Words{}));
}

TEST(Completion, PositionalsAskTheScheduler) {
  const Completion run = complete(table(), {"mark"}, "");
  EXPECT_EQ(run.live, Live::runs);
  EXPECT_EQ(words_of(run), (Words{"latest"}));
  const Completion task = complete(table(), {"mark", "--json", "--reason", "x", "12"}, "");
  EXPECT_EQ(task.live, Live::tasks);
  EXPECT_EQ(task.run, "12");
  EXPECT_EQ(complete(table(), {"mark", "12", "a", "b"}, "").live, Live::tasks);
  EXPECT_TRUE(complete(table(), {"run"}, "").files);
  EXPECT_FALSE(complete(table(), {"run", "etl.yaml"}, "").files);
}

TEST(Completion, ValuesOfOptions) {
  EXPECT_EQ(words_of(complete(table(), {"mark", "--as"}, "s")), (Words{"succeeded", "skipped"}));
  EXPECT_EQ(words_of(complete(table(), {"mark", "--as"}, "sk")), (Words{"skipped"}));
  EXPECT_EQ(complete(table(), {"mark", "--dag"}, "").live, Live::dags);
  const Completion text = complete(table(), {"mark", "--reason"}, "");
  EXPECT_EQ(text.live, Live::none);
  EXPECT_TRUE(text.words.empty());
}

TEST(Completion, OptionsAreOfferedBehindADash) {
  EXPECT_EQ(words_of(complete(table(), {"mark"}, "--")),
            (Words{"--as", "--reason", "--dag", "--json"}));
  EXPECT_EQ(words_of(complete(table(), {"mark", "12"}, "--r")), (Words{"--reason"}));
}

TEST(Completion, EveryShellAsksTheProgramAndOthersAreRefused) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(shell);
    ASSERT_TRUE(script.ok());
    EXPECT_NE(script->find("__complete"), std::string::npos);
    EXPECT_NE(script->find(":files"), std::string::npos);
  }
  EXPECT_FALSE(completion_script("tcsh").ok());
}

TEST(ManPage, NoLineOfTheTableBecomesARequestOfRoff) {
  const auto pages = table();
  const std::string page = man_page(pages, pages[1], "1.0");
  EXPECT_NE(page.find(".TH TIDEMILL-MARK 1 \"\" \"tidemill 1.0\""), std::string::npos);
  EXPECT_NE(page.find("\n\\&.ne 1\n"), std::string::npos);
  EXPECT_NE(page.find("\n\\&'tis \\-x\n"), std::string::npos);
  EXPECT_NE(page.find("tidemill mark RUN TASK... [options]"), std::string::npos);
}

TEST(ManPage, CommandsBelowStandOnThePageOfTheirParent) {
  const auto pages = table();
  EXPECT_NE(man_page(pages, pages[2], "1.0").find(".SH \"users add\""), std::string::npos);
  EXPECT_EQ(man_page(pages, pages[1], "1.0").find("users add"), std::string::npos);
}

TEST(Reference, EveryCommandIsThereAndTablesStayWhole) {
  const std::string text = cli_reference(table());
  for (const char* head :
       {"### `tidemill run`", "### `tidemill users add`", "## Here\n", "## There\n"})
    EXPECT_NE(text.find(head), std::string::npos) << head;
  EXPECT_NE(text.find("| `--reason TEXT` | a \\| b |"), std::string::npos);
}

}  // namespace
}  // namespace tidemill
