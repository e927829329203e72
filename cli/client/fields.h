// Reading the API's JSON without trusting it: what is missing, null or of another type reads as
// empty, so that an older or newer scheduler shows less instead of ending the command.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"

namespace tidemill::client {

std::string text_at(const Json& object, std::string_view key);
std::int64_t int_at(const Json& object, std::string_view key, std::int64_t otherwise = 0);
double number_at(const Json& object, std::string_view key);
bool flag_at(const Json& object, std::string_view key);
bool has_value(const Json& object, std::string_view key);  // there and not null
const Json::Array& array_at(const Json& object, std::string_view key);
const Json& object_at(const Json& object, std::string_view key);  // null when there is none
// What they return lives in the object.
const Json::Array& array_at(const Json&& object, std::string_view key) = delete;
const Json& object_at(const Json&& object, std::string_view key) = delete;
WallTime time_at(const Json& object, std::string_view key);  // 0 when there is none

// Strings as they are, everything else as JSON; for table cells.
std::string as_text(const Json& value);
// The texts of an array, joined by ", ".
std::string list_at(const Json& object, std::string_view key);
// "2026-11-22T08:54:03Z", or "-" when there is none.
std::string moment_at(const Json& object, std::string_view key);
// Of milliseconds: "3.2s", or "-".
std::string duration_at(const Json& object, std::string_view key);

}  // namespace tidemill::client
