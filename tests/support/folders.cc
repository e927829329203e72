#include "tests/support/folders.h"

namespace tidemill::test {

std::string source_folder() { return TIDEMILL_SOURCE_DIR; }

std::string build_folder() { return TIDEMILL_BINARY_DIR; }

}  // namespace tidemill::test
