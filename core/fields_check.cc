#include "core/fields_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "base/time.h"
#include "core/fields_plain.h"
#include "core/foreign_keys.h"

namespace tidemill {
namespace {

using NodeKind = YamlNode::Kind;
using Plain = PlainReading::Kind;

std::string quoted_words(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

struct Noun {
  std::string_view one;
  std::string_view many;
};

Noun noun_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::text:
    case FieldKind::scalar:
      return {"a text", "texts"};
    case FieldKind::integer:
      return {"a whole number", "whole numbers"};
    case FieldKind::number:
      return {"a number", "numbers"};
    case FieldKind::boolean:
      return {"true or false", "true or false"};
    case FieldKind::duration:
      return {"a duration such as 30s", "durations"};
    case FieldKind::size:
      return {"a size such as 2GiB", "sizes"};
    case FieldKind::word:
      return {"a word", "words"};
    case FieldKind::object:
      return {"a map", "maps"};
    case FieldKind::any:
      return {"a value", "values"};
  }
  UNREACHABLE();
}

std::string wanted(const Field& field) {
  std::string out;
  const auto add = [&](std::string_view what) {
    if (!out.empty()) out += ", or ";
    out += what;
  };
  const Noun noun = noun_of(field.kind);
  if (field.shape & kOne) add(noun.one);
  if (field.shape & kShortText) add("a text");
  if (field.shape & kList) add(fmt::format("a list of {}", noun.many));
  if (field.shape & kMap) add(fmt::format("a map from names to {}", noun.many));
  return out;
}

class Checker {
 public:
  explicit Checker(FindingSink& findings) : findings_(findings) {}

  void object(const YamlNode& node, const ObjectSpec& spec, const std::string& where) {
    for (const YamlNode::Entry& entry : node.entries) {
      if (findings_.full()) return;
      const Field* field = spec.find(entry.key);
      if (field == nullptr) {
        unknown_key(entry, spec, where);
      } else if (!field->not_yet.empty()) {
        findings_.add(
            Rule::not_supported_yet, entry.key_mark,
            fmt::format("{} is not supported yet ({})", entry.key, field->not_yet),
            "delete it; it is refused because a run without it would mean something else");
      } else {
        value(entry.value, *field, join(where, entry.key));
      }
    }
    spellings(node, spec);
    for (const Field& field : spec.fields) {
      if (!field.required || node.find(field.key) != nullptr) continue;
      findings_.add(Rule::missing_key, node.mark,
                    fmt::format("{} is missing{}", field.key, where.empty() ? "" : " in " + where),
                    fmt::format("for example {}: {}", field.key, field.example));
    }
  }

 private:
  static std::string join(const std::string& where, std::string_view key) {
    return where.empty() ? std::string(key) : fmt::format("{}.{}", where, key);
  }

  void unknown_key(const YamlNode::Entry& entry, const ObjectSpec& spec, const std::string& where) {
    std::vector<std::string_view> keys;
    for (const Field& field : spec.fields) keys.push_back(field.key);
    std::string hint(hint_for_foreign_key(spec, entry.key));
    if (hint.empty()) hint = did_you_mean(entry.key, keys);
    findings_.add(Rule::unknown_key, entry.key_mark,
                  fmt::format("unknown key \"{}\"{}", printable(entry.key, 60),
                              where.empty() ? "" : " in " + where),
                  std::move(hint));
  }

  void spellings(const YamlNode& node, const ObjectSpec& spec) {
    for (const YamlNode::Entry& entry : node.entries) {
      const Field* field = spec.find(entry.key);
      if (field == nullptr || field->same_as.empty()) continue;
      for (const YamlNode::Entry& other : node.entries) {
        const Field* same = &other == &entry ? nullptr : spec.find(other.key);
        const bool clash = same != nullptr &&
                           (same->key == field->same_as ||
                            (same->same_as == field->same_as && &other < &entry));
        if (!clash) continue;
        findings_.add(Rule::same_key_twice, entry.key_mark,
                      fmt::format("{} is another spelling of {}, which stands at {}:{}", entry.key,
                                  other.key, other.key_mark.line, other.key_mark.column),
                      "keep one of them");
        break;
      }
    }
  }

  void value(const YamlNode& node, const Field& field, const std::string& where) {
    switch (node.kind) {
      case NodeKind::null:
        if (field.kind == FieldKind::any) return;
        findings_.add(Rule::empty_value, node.mark, fmt::format("{} has no value", where),
                      fmt::format("write {}, or delete the key", wanted(field)));
        return;
      case NodeKind::sequence:
        if (field.kind == FieldKind::any) return;
        if (!(field.shape & kList)) return wrong_type(node, field, where);
        for (std::size_t i = 0; i < node.items.size() && !findings_.full(); ++i) {
          item(node.items[i], field, where, i);
        }
        return;
      case NodeKind::map:
        if (field.kind == FieldKind::any) return;
        if (field.shape & kMap) return named_values(node, field, where);
        if (field.kind != FieldKind::object || !(field.shape & kOne))
          return wrong_type(node, field, where);
        return object(node, *field.object, where);
      case NodeKind::scalar:
        if ((field.shape & kShortText) || (field.shape & kOne)) return scalar(node, field, where);
        if (field.kind != FieldKind::any) wrong_type(node, field, where);
        return;
    }
  }

  void item(const YamlNode& node, const Field& field, const std::string& where, std::size_t index) {
    Field one = field;
    one.shape = (field.shape & kShortText) | kOne;
    value(node, one, fmt::format("{}[{}]", where, index));
  }

  void named_values(const YamlNode& node, const Field& field, const std::string& where) {
    Field one = field;
    one.shape = kOne;
    for (const YamlNode::Entry& entry : node.entries) {
      if (findings_.full()) return;
      value(entry.value, one, join(where, printable(entry.key, 70)));
    }
  }

  void wrong_type(const YamlNode& node, const Field& field, const std::string& where) {
    std::string hint = field.example.empty()
                           ? ""
                           : fmt::format("for example {}: {}", field.key, field.example);
    findings_.add(Rule::wrong_type, node.mark,
                  fmt::format("{} is {}, but must be {}", where, describe(node), wanted(field)),
                  std::move(hint));
  }

  void scalar(const YamlNode& node, const Field& field, const std::string& where) {
    switch (field.kind) {
      case FieldKind::text:
        return text(node, where);
      case FieldKind::scalar:
        return any_scalar(node, where);
      case FieldKind::integer:
      case FieldKind::number:
        return number(node, field, where);
      case FieldKind::boolean:
        return boolean(node, where);
      case FieldKind::duration:
        return duration(node, where);
      case FieldKind::size:
        return size(node, where);
      case FieldKind::word:
        return word(node, field, where);
      case FieldKind::object:
        if (!(field.shape & kShortText)) return wrong_type(node, field, where);
        return field.words.empty() ? text(node, where) : word(node, field, where);
      case FieldKind::any:
        return;
    }
  }

  void ambiguous(const YamlNode& node, const std::string& where, const PlainReading& reading) {
    const bool is_number = reading.kind == Plain::integer || reading.kind == Plain::number;
    findings_.add(Rule::ambiguous_scalar, node.mark,
                  fmt::format("{} must be a text, but {} without quotes is read as {}{}", where,
                              node.text, is_number ? "the number " : "", reading.read_as),
                  fmt::format("write \"{}\"", node.text));
  }

  // Nothing that is handed to a process, a file or a screen can hold a NUL ("\0" in double quotes).
  void refuse_nul(const YamlNode& node, const std::string& where) {
    if (node.text.find('\0') == std::string::npos) return;
    findings_.add(Rule::bad_text, node.mark, fmt::format("{} holds a NUL character", where));
  }

  void text(const YamlNode& node, const std::string& where) {
    if (node.quoted) return refuse_nul(node, where);
    const PlainReading reading = read_plain(node.text);
    if (reading.kind != Plain::text) ambiguous(node, where, reading);
  }

  void any_scalar(const YamlNode& node, const std::string& where) {
    if (node.quoted) return refuse_nul(node, where);
    const PlainReading reading = read_plain(node.text);
    const bool true_or_false = node.text == "true" || node.text == "false";
    if (reading.kind == Plain::ambiguous || (reading.kind == Plain::boolean && !true_or_false)) {
      ambiguous(node, where, reading);
    }
  }

  void number(const YamlNode& node, const Field& field, const std::string& where) {
    const bool whole = field.kind == FieldKind::integer;
    const PlainReading reading = node.quoted ? PlainReading{} : read_plain(node.text);
    // 1e3 is a number for every reader; where a number is meant, it is fine.
    const auto value = to_double(node.text);
    const bool exponent = reading.kind == Plain::ambiguous && value &&
                          node.text.find_first_of("eE") != std::string::npos && !whole;
    if (reading.kind == Plain::ambiguous && !exponent) {
      findings_.add(Rule::ambiguous_scalar, node.mark,
                    fmt::format("{} must be {}, but {} is read as {}", where,
                                noun_of(field.kind).one, node.text, reading.read_as),
                    "write it as a plain decimal number");
      return;
    }
    const bool fits = reading.kind == Plain::integer ||
                      (!whole && (reading.kind == Plain::number || exponent));
    if (!fits || !value) return not_a_number(node, field, where);
    if (*value >= field.minimum && *value <= field.maximum) return;
    out_of_range(node, field, where);
  }

  void not_a_number(const YamlNode& node, const Field& field, const std::string& where) {
    const bool only_quotes = node.quoted && to_double(node.text).has_value();
    findings_.add(
        Rule::wrong_type, node.mark,
        fmt::format("{} is {}, but must be {}", where, describe(node), noun_of(field.kind).one),
        only_quotes ? "write it without quotes"
                    : fmt::format("for example {}: {}", field.key, field.example));
  }

  void out_of_range(const YamlNode& node, const Field& field, const std::string& where) {
    const bool low = to_double(node.text).value_or(0) < field.minimum;
    findings_.add(Rule::out_of_range, node.mark,
                  fmt::format("{} is {}, but must be at {} {}", where, printable(node.text, 40),
                              low ? "least" : "most", low ? field.minimum : field.maximum));
  }

  void boolean(const YamlNode& node, const std::string& where) {
    if (!node.quoted && (node.text == "true" || node.text == "false")) return;
    const PlainReading reading = read_plain(node.text);
    const bool clear = reading.read_as == "true" || reading.read_as == "false";
    findings_.add(Rule::wrong_type, node.mark,
                  fmt::format("{} is {}, but must be true or false", where, describe(node)),
                  clear ? fmt::format("write {}", reading.read_as) : "");
  }

  void duration(const YamlNode& node, const std::string& where) {
    if (const auto parsed = parse_duration(node.text); !parsed.ok()) {
      const bool bare = !node.text.empty() && to_int(node.text).value_or(-1) >= 0;
      findings_.add(Rule::bad_duration, node.mark,
                    fmt::format("{}: {}", where, parsed.error().message),
                    bare ? fmt::format("write {}s for seconds", node.text) : "");
    }
  }

  void size(const YamlNode& node, const std::string& where) {
    if (parse_bytes(node.text)) return;
    findings_.add(Rule::bad_size, node.mark,
                  fmt::format("{} is {}, but must be a size", where, describe(node)),
                  "write a whole number and a unit, such as 512MiB or 2GiB");
  }

  void word(const YamlNode& node, const Field& field, const std::string& where) {
    const auto later = field.words_not_yet;
    if (std::find(later.begin(), later.end(), node.text) != later.end()) {
      findings_.add(Rule::not_supported_yet, node.mark,
                    fmt::format("{}: {} is not supported yet", where, node.text),
                    did_you_mean(node.text, field.words));
      return;
    }
    if (std::find(field.words.begin(), field.words.end(), node.text) != field.words.end()) return;
    findings_.add(Rule::unknown_word, node.mark,
                  fmt::format("{} is {}, which is not one of its words", where, describe(node)),
                  did_you_mean(node.text, field.words));
  }

  FindingSink& findings_;
};

}  // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  if (const auto near = nearest(word, candidates))
    return fmt::format("did you mean \"{}\"?", *near);
  if (candidates.empty() || candidates.size() > 30) return "";
  return "possible here: " + quoted_words(candidates);
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::sequence:
      return "a list";
    case NodeKind::map:
      return "a map";
    case NodeKind::scalar:
      break;
  }
  const std::string shown = printable(node.text, 60);
  return node.quoted ? fmt::format("the text \"{}\"", shown) : shown;
}

void check_object(const YamlNode& node, const ObjectSpec& object, std::string_view where,
                  FindingSink& findings) {
  Checker(findings).object(node, object, std::string(where));
}

}  // namespace tidemill
