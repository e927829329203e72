#include "web/embedded.h"

namespace tidemill {

std::span<const WebFile> web_files() { return {}; }

}  // namespace tidemill
