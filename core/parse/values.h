// Reads values out of a tree that core/fields_check has already complained about. A value that does
// not fit is left as it was, without a second complaint.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/yaml.h"

namespace tidemill {

class FindingSink;

bool is_text(const YamlNode* node);
// Not read as a number, a boolean or null by any reader.
bool is_clear_text(const YamlNode& node);

// Each sets `out` and says true when the node is there and holds such a value.
bool read_text(const YamlNode* node, std::string& out);
bool read_int(const YamlNode* node, int& out);
bool read_number(const YamlNode* node, double& out);
bool read_bool(const YamlNode* node, bool& out);
bool read_duration(const YamlNode* node, Duration& out);
bool read_size(const YamlNode* node, std::uint64_t& out);

// No list or map inside a task needs more; checks may take time in the square of this.
inline constexpr std::size_t kMaxItems = 1000;
// False, with a finding, when a list or map is larger than that.
bool is_bounded(FindingSink& findings, const YamlNode* node, std::string_view what);

// Calls `take` for a value that is no list or map, or for each such value of a list.
void for_each_scalar(const YamlNode* node, const std::function<void(const YamlNode&)>& take);
// The same for what is a text to every YAML reader; the table of fields has refused the others.
void for_each_text(const YamlNode* node, const std::function<void(const YamlNode&)>& take);

// A letter or one of `first`, then up to 63 of letters, digits and `rest`.
bool is_name(std::string_view text, std::string_view first, std::string_view rest);

// A lower-case letter, then up to 63 of a-z 0-9 _.
bool is_dag_name(std::string_view text);
// 1 to 128 of letters, digits and _ . - /.
bool is_secret_name(std::string_view text);

}  // namespace tidemill
