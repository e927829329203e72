// Words that people know from Airflow, GitHub Actions, Argo, Dagu or from another place of the same
// file, and what they are called here. A near word is found by spelling (did_you_mean); these are
// not near, and said out loud they save a look into the reference.
#pragma once

#include <span>
#include <string_view>

#include "core/fields.h"

namespace tidemill {

struct ForeignKey {
  std::string_view object;   // ObjectSpec::name in which it was written
  std::string_view key;      // as it was written
  std::string_view instead;  // a key of that object; empty = there is nothing alike
  std::string_view hint;     // what to write, a whole sentence
};

std::span<const ForeignKey> foreign_keys();

// Empty when the word is unknown. Case does not count.
std::string_view hint_for_foreign_key(const ObjectSpec& object, std::string_view key);

}  // namespace tidemill
