#include "core/parse/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "core/fields_plain.h"
#include "core/parse/context.h"

namespace tidemill {

bool is_text(const YamlNode* node) {
  return node != nullptr && node->kind == YamlNode::Kind::scalar;
}

bool read_text(const YamlNode* node, std::string& out) {
  if (!is_text(node)) return false;
  out = node->text;
  return true;
}

bool read_int(const YamlNode* node, int& out) {
  if (!is_text(node)) return false;
  const auto value = to_int(node->text);
  if (!value || *value > std::numeric_limits<int>::max() ||
      *value < std::numeric_limits<int>::min()) {
    return false;
  }
  out = static_cast<int>(*value);
  return true;
}

bool read_number(const YamlNode* node, double& out) {
  if (!is_text(node)) return false;
  const auto value = to_double(node->text);
  if (value) out = *value;
  return value.has_value();
}

bool read_bool(const YamlNode* node, bool& out) {
  if (!is_text(node) || (node->text != "true" && node->text != "false")) return false;
  out = node->text == "true";
  return true;
}

bool read_duration(const YamlNode* node, Duration& out) {
  if (!is_text(node)) return false;
  const auto value = parse_duration(node->text);
  if (value.ok()) out = value.value();
  return value.ok();
}

bool read_size(const YamlNode* node, std::uint64_t& out) {
  if (!is_text(node)) return false;
  const auto value = parse_bytes(node->text);
  if (value) out = *value;
  return value.has_value();
}

bool is_bounded(FindingSink& findings, const YamlNode* node, std::string_view what) {
  if (node == nullptr) return true;
  const std::size_t size = std::max(node->items.size(), node->entries.size());
  if (size <= kMaxItems) return true;
  findings.add(Rule::too_many, node->mark,
               fmt::format("{} has {} items; the most is {}", what, size, kMaxItems));
  return false;
}

bool is_clear_text(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar) return false;
  return node.quoted || read_plain(node.text).kind == PlainReading::Kind::text;
}

void for_each_scalar(const YamlNode* node, const std::function<void(const YamlNode&)>& take) {
  if (node == nullptr) return;
  if (node->kind == YamlNode::Kind::scalar) take(*node);
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::Kind::scalar) take(item);
  }
}

void for_each_text(const YamlNode* node, const std::function<void(const YamlNode&)>& take) {
  for_each_scalar(node, [&](const YamlNode& item) {
    if (is_clear_text(item)) take(item);
  });
}

bool is_name(std::string_view text, std::string_view first, std::string_view rest) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > 64) return false;
  if (!is_letter(text[0]) && first.find(text[0]) == std::string_view::npos) return false;
  return std::all_of(text.begin() + 1, text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || rest.find(c) != std::string_view::npos;
  });
}

bool is_dag_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool is_secret_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.-/").find(c) != std::string_view::npos;
  });
}

}  // namespace tidemill
