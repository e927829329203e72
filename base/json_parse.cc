// Reading JSON with Boost.JSON's event parser. Its own value type is not used: it keeps the last of
// duplicate keys, and its fast number conversion may be off in the last digit, so numbers are
// converted here from their text. This is the one file that compiles the library.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include "base/json.h"
#include "base/text.h"

namespace tidemill {

namespace {

namespace bj = boost::json;

constexpr std::size_t kMaxDepth = 64;

// Most objects are small, and those are compared pair by pair without making anything.
constexpr std::size_t kSmallObject = 8;

const std::string* duplicate_in_small(const Json::Object& object) {
  for (std::size_t i = 1; i < object.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (object[i].first == object[j].first) return &object[i].first;
    }
  }
  return nullptr;
}

// A key that is there twice, or nullptr.
const std::string* duplicate_key(const Json::Object& object) {
  if (object.size() <= kSmallObject) return duplicate_in_small(object);
  std::vector<const std::string*> keys;
  keys.reserve(object.size());
  for (const Json::Member& member : object) keys.push_back(&member.first);
  std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto twice = std::adjacent_find(keys.begin(), keys.end(),
                                        [](const auto* a, const auto* b) { return *a == *b; });
  return twice == keys.end() ? nullptr : *twice;
}

// The event functions and limits are named by the library.
class Builder {
 public:
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code&) { return open(Json(Json::Array{})); }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }
  bool on_object_begin(bj::error_code&) { return open(Json(Json::Object{})); }
  bool on_object_end(std::size_t, bj::error_code& error) {
    if (const std::string* key = duplicate_key(open_.back().value.as_object())) {
      return refuse(error, fmt::format("the key \"{}\" is there twice", printable(*key)));
    }
    return close();
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    keep(part);
    return add(Json(std::move(text_)));
  }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_key(bj::string_view part, std::size_t, bj::error_code&) {
    keep(part);
    open_.back().key = std::move(text_);
    text_.clear();
    return true;
  }
  bool on_number_part(bj::string_view part, bj::error_code&) { return keep(part); }
  bool on_int64(std::int64_t, bj::string_view part, bj::error_code& error) {
    return number(part, error);
  }
  bool on_uint64(std::uint64_t, bj::string_view part, bj::error_code& error) {
    return number(part, error);
  }
  bool on_double(double, bj::string_view part, bj::error_code& error) {
    return number(part, error);
  }
  bool on_bool(bool value, bj::error_code&) { return add(Json(value)); }
  bool on_null(bj::error_code&) { return add(Json()); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

  Json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Open {
    Json value;
    std::string key;  // of the next member, when value is an object
  };

  bool keep(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool open(Json container) {
    open_.push_back({std::move(container), {}});
    return true;
  }

  bool close() {
    Json done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }

  bool add(Json value) {
    text_.clear();
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.array().push_back(std::move(value));
    } else {
      open_.back().value.object().emplace_back(std::move(open_.back().key), std::move(value));
    }
    return true;
  }

  bool number(bj::string_view part, bj::error_code& error) {
    keep(part);
    if (text_.find_first_of(".eE") == std::string::npos) {
      if (const auto value = to_int(text_)) return add(Json(*value));
      return refuse(error, printable(text_, 40) + " is beyond 64-bit integers");
    }
    if (const auto value = to_double(text_)) return add(Json(*value));
    return refuse(error, printable(text_, 40) + " is beyond the range of numbers");
  }

  bool refuse(bj::error_code& error, std::string problem) {
    problem_ = std::move(problem);
    error = bj::error::syntax;
    return false;
  }

  Json root_;
  std::vector<Open> open_;
  std::string text_;  // of the string, key or number being read
  std::string problem_;
};

std::string describe(const bj::error_code& error) {
  if (error == bj::error::incomplete) return "the text ends too early";
  if (error == bj::error::too_deep) return fmt::format("nested deeper than {}", kMaxDepth);
  return error.message();
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  bj::parse_options options;
  options.max_depth = kMaxDepth;
  bj::basic_parser<Builder> parser(options);
  bj::error_code error;
  const std::size_t end = parser.write_some(false, text.data(), text.size(), error);
  const std::string& problem = parser.handler().problem();
  if (error) {
    return invalid(fmt::format("not valid JSON at byte {}: {}", end,
                               problem.empty() ? describe(error) : problem));
  }
  if (end < text.size()) {
    return invalid(fmt::format("not valid JSON at byte {}: text after the value", end));
  }
  return parser.handler().take();
}

}  // namespace tidemill
