// Compares a text with tests/golden/<name>. UPDATE_GOLDEN=1 in the environment rewrites the file
// instead; the review reads the difference.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/folders.h"

namespace tidemill::test {

inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(source_folder()) / "tests/golden" / name;
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update == '1') {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; UPDATE_GOLDEN=1 writes it";
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, expected) << "differs from " << path;
}

}  // namespace tidemill::test
