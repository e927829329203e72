#include "base/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>

#include "base/text.h"
#include "base/yaml_error.h"
#include "base/yaml_source.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxProblems = 50;

// Thrown through the library when a bound is hit, so that it stops reading at once.
struct Stop {};

// Lets the library read the text where it lies.
class TextBuffer final : public std::streambuf {
 public:
  explicit TextBuffer(std::string& text) {
    setg(text.data(), text.data(), text.data() + text.size());
  }
};

struct Frame {
  YamlNode node;
  std::string key;  // of a map: the key whose value comes next
  Mark key_mark;
  bool key_quoted = false;
  bool has_key = false;
};

// Builds the tree from the library's events. It never sees an alias resolved, so the tree is never
// larger than the text, and the library's recursion ends where our depth does.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlSource& source, const YamlLimits& limits, YamlDocument& document)
      : source_(source), limits_(limits), document_(document) {}

  std::size_t last_node() const { return last_node_; }

  // The tabs after the last node.
  void finish() { check_tabs(source_.text.size(), false); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    YamlNode node = begin(mark, YamlNode::Kind::null);
    attach(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    YamlNode node = begin(mark, YamlNode::Kind::null);
    attach(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    YamlNode node = begin(mark, YamlNode::Kind::scalar);
    if (value.size() > limits_.max_scalar_bytes) {
      refuse("TM013", node.mark,
             fmt::format("a text of {}; the most is {}", format_bytes(value.size()),
                         format_bytes(limits_.max_scalar_bytes)),
             "move it into a file");
    }
    node.text = value;
    node.quoted = tag != "?";
    attach(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    push(begin(mark, YamlNode::Kind::sequence));
  }
  void OnSequenceEnd() override { pop(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    push(begin(mark, YamlNode::Kind::map));
  }
  void OnMapEnd() override {
    refuse_duplicates(stack_.back().node);
    pop();
  }

 private:
  YamlNode begin(const YAML::Mark& at, YamlNode::Kind kind) {
    const auto offset = static_cast<std::size_t>(std::max(at.pos, 0));
    check_tabs(offset, true);
    YamlNode node;
    node.kind = kind;
    node.mark = place(at);
    refuse_properties(offset, node.mark);
    if (++nodes_ > limits_.max_nodes) {
      refuse("TM013", node.mark, fmt::format("more than {} values in one file", limits_.max_nodes),
             "split the DAG");
      throw Stop{};
    }
    last_node_ = offset;
    return node;
  }

  // Columns of the library count bytes. Nodes come in rising order, so a long line is walked once.
  Mark place(const YAML::Mark& at) {
    if (source_.ascii || at.pos < at.column) return {at.line + 1, at.column + 1};
    const auto offset = static_cast<std::size_t>(at.pos);
    const auto start = static_cast<std::size_t>(at.pos - at.column);
    if (start != counted_line_ || offset < counted_to_) {
      counted_line_ = start;
      counted_to_ = start;
      characters_ = 0;
    }
    characters_ += count_characters(source_.text.substr(counted_to_, offset - counted_to_));
    counted_to_ = offset;
    return {at.line + 1, characters_ + 1};
  }

  // The library hides what stood before a value, but the value's place is where that began.
  void refuse_properties(std::size_t offset, Mark mark) {
    const char first = offset < source_.text.size() ? source_.text[offset] : '\0';
    if (first == '&' || first == '*') {
      refuse("TM006", mark,
             first == '&' ? "anchors (&) are not supported" : "aliases (*) are not supported",
             "write the value out, or put the text in quotes; `defaults:` serves all tasks");
    } else if (first == '!') {
      refuse("TM008", mark, "tags (!) are not supported", "put the text in quotes if it is text");
    }
  }

  // Tabs up to `offset` are text when the value before them is a block or in quotes. A tab in the
  // line of the next value is indentation, whatever came before.
  void check_tabs(std::size_t offset, bool is_node) {
    for (; next_tab_ < source_.leading_tabs.size(); ++next_tab_) {
      const std::size_t tab = source_.leading_tabs[next_tab_];
      if (tab >= offset) return;
      const char before = last_node_ < source_.text.size() ? source_.text[last_node_] : '\0';
      const bool may_span_lines = before == '|' || before == '>' || before == '"' || before == '\'';
      const std::size_t next_line = source_.text.find('\n', tab);
      const bool in_line_of_node = is_node && offset < next_line;
      if (nodes_ > 0 && may_span_lines && !in_line_of_node) continue;
      refuse("TM004", mark_at(source_.text, tab), "a tab in the indentation", "indent with spaces");
    }
  }

  void push(YamlNode node) {
    if (stack_.size() >= static_cast<std::size_t>(limits_.max_depth)) {
      refuse("TM013", node.mark, fmt::format("nested deeper than {} levels", limits_.max_depth),
             "");
      throw Stop{};
    }
    stack_.push_back({std::move(node), {}, {}, false});
  }

  void pop() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    attach(std::move(node));
  }

  void refuse_key(Mark mark) {
    refuse("TM012", mark, "a key must be one text", "put the key in quotes if it is text");
  }

  void attach(YamlNode node) {
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == YamlNode::Kind::sequence) {
      frame.node.items.push_back(std::move(node));
    } else if (frame.has_key) {
      // Of an absent value the library gives the place of what comes next.
      const bool absent = node.kind == YamlNode::Kind::null && node.mark.line > frame.key_mark.line;
      if (absent) node.mark = frame.key_mark;
      frame.node.entries.push_back(
          {std::move(frame.key), frame.key_mark, std::move(node), frame.key_quoted});
      frame.has_key = false;
    } else {
      take_key(frame, node);
    }
  }

  void take_key(Frame& frame, YamlNode& node) {
    if (node.kind != YamlNode::Kind::scalar) refuse_key(node.mark);
    if (node.text == "<<" && !node.quoted) {
      refuse("TM007", node.mark, "merge keys (<<) are not supported",
             "write the values out; `defaults:` serves all tasks");
    }
    frame.key = std::move(node.text);
    frame.key_mark = node.mark;
    frame.key_quoted = node.quoted;
    frame.has_key = true;
  }

  void refuse_duplicates(const YamlNode& map) {
    std::vector<const YamlNode::Entry*> sorted;
    sorted.reserve(map.entries.size());
    for (const auto& entry : map.entries) sorted.push_back(&entry);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return a->key < b->key; });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i]->key != sorted[i - 1]->key) continue;
      const Mark first = sorted[i - 1]->key_mark;
      refuse("TM011", sorted[i]->key_mark,
             fmt::format("the key \"{}\" is given twice; it stands already at {}:{}",
                         printable(sorted[i]->key, 60), first.line, first.column),
             "delete one of the two");
    }
  }

  void refuse(std::string_view rule, Mark mark, std::string message, std::string hint) {
    document_.problems.push_back({std::string(rule), mark, std::move(message), std::move(hint)});
    if (document_.problems.size() >= kMaxProblems) throw Stop{};
  }

  const YamlSource& source_;
  const YamlLimits& limits_;
  YamlDocument& document_;
  std::vector<Frame> stack_;
  std::size_t nodes_ = 0;
  std::size_t last_node_ = 0;
  std::size_t next_tab_ = 0;
  std::size_t counted_line_ = 0, counted_to_ = 0;  // place(): characters of this line up to here
  int characters_ = 0;
};

// The first text after a root in brackets, or after a root that is one text: the library does not
// say where it stopped.
std::size_t after_root(std::string_view text, std::size_t last_node) {
  const std::size_t close = text.find_first_of("]}", last_node);
  const std::size_t from = close == std::string_view::npos ? text.find('\n', last_node) : close + 1;
  return std::min(text.find_first_not_of(" \t\r\n]}", std::min(from, text.size())), text.size());
}

// One document is asked for once: asking for all of them never ends on some inputs.
void read_document(const YamlSource& source, const YamlLimits& limits, YamlDocument& document) {
  // The library takes a quote that is still open at the end of the last line as closed. A comment
  // without a line end makes it complain instead, and changes nothing else.
  std::string text(source.text);
  if (!text.ends_with('\n')) text += '\n';
  text += '#';
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  TreeBuilder builder(source, limits, document);
  const auto complain = [&](std::string_view message, std::size_t at) {
    auto problem = explain_yaml_error(source.text, message, at, builder.last_node());
    // A bracket that is never closed makes odd keys of what follows, and a tab is seen twice.
    std::erase_if(document.problems, [&](const YamlProblem& known) {
      return known.rule == "TM012" || (known.rule == problem.rule && known.mark == problem.mark);
    });
    document.problems.push_back(std::move(problem));
  };
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    builder.finish();
    if (parser) {
      document.problems.push_back(
          {"TM010", mark_at(source.text, after_root(source.text, builder.last_node())),
           "more text after the end of the document", "a DAG file is one map"});
    }
  } catch (const Stop&) {
    // The problem is in the document already.
  } catch (const YAML::Exception& e) {
    const bool known = !e.mark.is_null() && e.mark.pos >= 0;
    complain(e.msg, known ? static_cast<std::size_t>(e.mark.pos) : builder.last_node());
  } catch (const std::exception& e) {
    complain(e.what(), builder.last_node());
  }
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

YamlDocument parse_yaml(std::string_view text, const YamlLimits& limits) {
  YamlDocument document;
  YamlSource source = inspect_yaml(text, limits);
  document.problems = std::move(source.problems);
  if (!document.problems.empty() || !source.has_content) return document;
  read_document(source, limits, document);
  if (!document.problems.empty()) document.root = {};
  return document;
}

}  // namespace tidemill
