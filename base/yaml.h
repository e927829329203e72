// A YAML document as a tree that we own, with the place of every node. Only the part of YAML that
// means one thing is let in: anchors, aliases, merge keys, custom tags, duplicate keys and second
// documents are refused, text must be UTF-8, and size, node count and depth are bounded while the
// tree is built. Scalars stay text plus "was it quoted"; the caller decides what they mean.
// The library behind it, and its traps, are hidden in yaml.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemill {

// 1-based; columns count characters as the editor shows them. 0 means unknown.
struct Mark {
  int line = 0;
  int column = 0;

  auto operator<=>(const Mark&) const = default;
};

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  struct Entry;

  Kind kind = Kind::null;
  Mark mark;
  std::string text;             // scalar: the value; otherwise empty
  bool quoted = false;          // scalar: written in quotes or as a block, so always a string
  std::vector<YamlNode> items;  // sequence
  std::vector<Entry> entries;   // map, in file order

  // The value under `key` of a map, or nullptr.
  const YamlNode* find(std::string_view key) const;
};

struct YamlNode::Entry {
  std::string key;
  Mark key_mark;
  YamlNode value;
  bool key_quoted = false;  // as YamlNode::quoted
};

struct YamlLimits {
  std::size_t max_bytes = 16u << 20;
  std::size_t max_scalar_bytes = 1u << 20;
  std::size_t max_nodes = 4'000'000;
  int max_depth = 64;
};

// Why a document was refused. `rule` is the stable finding id of core/finding_rules.h ("TM001"
// ...).
struct YamlProblem {
  std::string rule;
  Mark mark;
  std::string message;
  std::string hint;  // what to write instead; may be empty
};

struct YamlDocument {
  YamlNode root;
  std::vector<YamlProblem> problems;  // when not empty, root is not to be used
};

// Never throws, never hangs; problems come back as data, at most about 50 of them. A document that
// is empty or holds comments only has a root of kind null and no problem.
YamlDocument parse_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace tidemill
