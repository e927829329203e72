// A certificate that a scheduler makes for itself, for workers that know it by its fingerprint.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill {

// Makes both PEM files, good for ten years and for the name of this machine and localhost, unless
// both are there. The key is 0600.
Status make_own_certificate(const std::string& certificate_file, const std::string& key_file);

}  // namespace tidemill
