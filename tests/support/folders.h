// Where the sources and the build stand, as absolute paths that were known when this was
// configured. One small source knows them, so every other object is the same in each clone and the
// compiler's cache serves them all.
#pragma once

#include <string>

namespace tidemill::test {

std::string source_folder();
std::string build_folder();

}  // namespace tidemill::test
