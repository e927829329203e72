// Members of a JSON body, each of its type. Errors name the member.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"

namespace tidemill::api {

// `invalid` when there is a member that is not in the list.
Status only_members(const Json::Object& body, std::initializer_list<std::string_view> known);

const Json* find_member(const Json::Object& body, std::string_view name);  // null counts as absent
Result<std::string> text_member(const Json::Object& body, std::string_view name,
                                std::string fallback = "");
Result<bool> flag_member(const Json::Object& body, std::string_view name, bool fallback);
Result<std::int64_t> integer_member(const Json::Object& body, std::string_view name,
                                    std::int64_t fallback, std::int64_t low, std::int64_t high);
Result<std::optional<WallTime>> time_member(const Json::Object& body, std::string_view name);

}  // namespace tidemill::api
