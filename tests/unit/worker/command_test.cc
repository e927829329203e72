#include "worker/command.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tidemill {
namespace {

std::string shown(const std::string& script, const std::string& shell) {
  const Command command = script_command(script, shell, "train", "/w/script");
  return join(command.argv, "|") + (command.needs_file ? " (file)" : "");
}

TEST(Command, AShellGetsTheScriptAsAnArgumentAndStopsAtTheFirstFailure) {
  EXPECT_EQ(shown("a\nb", ""), "sh|-e|-c|a\nb|train");
  EXPECT_EQ(shown("a", "dash"), "dash|-e|-c|a|train");
  EXPECT_EQ(shown("a", "bash"), "bash|-eo|pipefail|-c|a|train");
  EXPECT_EQ(shown("a", "/usr/bin/bash"), "/usr/bin/bash|-eo|pipefail|-c|a|train");
}

TEST(Command, OtherInterpretersGetAFile) {
  EXPECT_EQ(shown("print(1)", "python3"), "python3|/w/script (file)");
  EXPECT_EQ(shown("x", "perl -w"), "perl|-w|/w/script (file)");
}

TEST(Command, OwnOptionsAreTakenAsTheyAre) {
  EXPECT_EQ(shown("a", "bash -x"), "bash|-x|/w/script (file)");
}

TEST(Command, AFirstLineNamesItsInterpreterItself) {
  EXPECT_EQ(shown("#!/usr/bin/env python3\nprint(1)", ""), "/w/script (file)");
  EXPECT_EQ(shown("#!/bin/sh\na", "bash"), "bash|-eo|pipefail|-c|#!/bin/sh\na|train")
      << "shell: wins";
}

TEST(Command, WhatIsTooLongForAnArgumentGoesIntoAFile) {
  const Command command = script_command(std::string(200'000, '#'), "", "t", "/w/script");
  EXPECT_TRUE(command.needs_file);
  EXPECT_EQ(join(command.argv, "|"), "sh|-e|/w/script");
}

}  // namespace
}  // namespace tidemill
