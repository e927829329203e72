#include "base/yaml.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

// The tree on one line: {key: value, …}, [items], 'quoted', plain, null.
std::string show(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "null";
    case YamlNode::Kind::scalar:
      return node.quoted ? "'" + node.text + "'" : node.text;
    case YamlNode::Kind::sequence:
      for (const YamlNode& item : node.items) out += (out.empty() ? "" : ", ") + show(item);
      return "[" + out + "]";
    case YamlNode::Kind::map:
      for (const auto& entry : node.entries) {
        out += (out.empty() ? "" : ", ") + entry.key + ": " + show(entry.value);
      }
      return "{" + out + "}";
  }
  return out;
}

std::string tree(std::string_view text) {
  const YamlDocument document = parse_yaml(text);
  if (document.problems.empty()) return show(document.root);
  return "refused: " + document.problems[0].message;
}

// "TM005 2:7" for each problem.
std::string problems(std::string_view text, const YamlLimits& limits = {}) {
  std::string out;
  for (const YamlProblem& problem : parse_yaml(text, limits).problems) {
    if (!out.empty()) out += ", ";
    out += problem.rule + " " + std::to_string(problem.mark.line) + ":" +
           std::to_string(problem.mark.column);
  }
  return out;
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Yaml, KeepsOrderTextAndQuoting) {
  EXPECT_EQ(tree("b: 1\na: 'x'\nc: [1, \"2\", ~]\nd: {e: f}\n"),
            "{b: 1, a: 'x', c: [1, '2', null], d: {e: f}}");
  EXPECT_EQ(tree("a:\nb: null\nc: \"null\"\n"), "{a: null, b: null, c: 'null'}");
}

TEST(Yaml, ReadsBlocksAsQuotedText) {
  EXPECT_EQ(tree("run: |\n  one\n    two\nnext: >-\n  a\n  b\n"),
            "{run: 'one\n  two\n', next: 'a b'}");
  EXPECT_EQ(tree("run: |\n  last line"), "{run: 'last line\n'}");
  EXPECT_EQ(tree("run: |-\n  last line"), "{run: 'last line'}");
  EXPECT_EQ(tree("run: |\n"), "{run: ''}");
}

TEST(Yaml, AcceptsWindowsLinesAndAByteOrderMark) {
  EXPECT_EQ(tree("\xEF\xBB\xBF"
                 "a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
            "{a: 1, b: 'x\ny\n'}");
}

TEST(Yaml, AcceptsAJsonDocument) {
  EXPECT_EQ(tree("{\"a\": {\"b\": [1, true]}}"), "{a: {b: [1, true]}}");
}

TEST(Yaml, NothingButCommentsIsANullRootWithoutProblems) {
  for (const std::string_view text : {"", "\n\n", "# only this\n", "---\n", "---\n# x"}) {
    const YamlDocument document = parse_yaml(text);
    EXPECT_TRUE(document.problems.empty()) << text;
    EXPECT_EQ(document.root.kind, YamlNode::Kind::null) << text;
  }
}

TEST(Yaml, MarksCountLinesAndCharactersFromOne) {
  const YamlDocument document = parse_yaml("größe: {ü: ö, z: [ä, x]}\nb:\n  - |\n    text\n");
  const YamlNode& map = document.root.entries[0].value;
  EXPECT_EQ(document.root.entries[0].key_mark, (Mark{1, 1}));
  EXPECT_EQ(map.mark, (Mark{1, 8}));
  EXPECT_EQ(map.entries[1].key_mark, (Mark{1, 15}));
  EXPECT_EQ(map.entries[1].value.items[1].mark, (Mark{1, 22}));
  EXPECT_EQ(document.root.entries[1].value.items[0].mark, (Mark{3, 5}));
}

TEST(Yaml, AnAbsentValueIsAtItsKey) {
  const YamlDocument document = parse_yaml("a:\n\n\nb: 1\n");
  EXPECT_EQ(document.root.entries[0].value.mark, (Mark{1, 1}));
}

TEST(Yaml, RefusesWhatIsNotText) {
  EXPECT_EQ(problems("a: \xFF\n"), "TM002 1:4");
  EXPECT_EQ(problems("a: \xED\xA0\x80\n"), "TM002 1:4");  // a surrogate
  EXPECT_EQ(problems(std::string("\xFF\xFE"
                                 "a\0",
                                 4)),
            "TM002 1:1");
  EXPECT_EQ(problems(std::string("a\0:\0", 4)), "TM002 1:1");
  EXPECT_EQ(problems(std::string("a: b\0c\n", 7)), "TM003 1:5");
  EXPECT_EQ(problems("a: b\x04\nc: d\n"), "TM003 1:5");  // the library's mark for the end of input
  EXPECT_EQ(problems("a: \x7F\n"), "TM003 1:4");
  EXPECT_EQ(problems("a: \xC2\x85\n"), "TM003 1:4");
  EXPECT_EQ(problems("a: 1\rb: 2\n"), "TM003 1:5");
  EXPECT_EQ(problems("a: \xC2\xA0x\n"), "");
}

TEST(Yaml, RefusesTabsInIndentationOnly) {
  EXPECT_EQ(problems("a:\n\tb: 1\n"), "TM004 2:1");
  EXPECT_EQ(problems("a: {b: 1,\n\tc: 2}\n"), "TM004 2:1");
  EXPECT_EQ(problems("a: one\n\ttwo\n"), "TM004 2:1");
  EXPECT_EQ(problems("a:\n  - b\n \t- c\n"), "TM004 3:2");
  EXPECT_EQ(tree("a: |\n  all:\n  \tcc x\nb: 1\n"), "{a: 'all:\n\tcc x\n', b: 1}");
  EXPECT_EQ(tree("a: \"x\n\ty\"\n"), "{a: 'x y'}");
  EXPECT_EQ(tree("a:\tb\n"), "{a: b}");
  EXPECT_EQ(problems("a: b\n\t\n"), "TM004 2:1");
  EXPECT_EQ(problems("a: b\nc:\n  d: e\n  \t\n"), "TM004 4:3");
}

TEST(Yaml, FindsTheQuoteThatIsNeverClosed) {
  EXPECT_EQ(problems("a: \"b\nc: 1\n"), "TM005 1:4");
  EXPECT_EQ(problems("a: 1\nc: 'b"), "TM005 2:4");
  EXPECT_EQ(problems("a: [x, \"y]\nb: 1\n"), "TM005 1:8");
  EXPECT_EQ(problems("a: {b: 'c, d: 1}\n"), "TM005 1:8");
  EXPECT_EQ(problems("run: |\n  don't echo 'x\n  it's\nname: 'x\nb: 1\n"), "TM005 4:7");
  EXPECT_EQ(problems("a: \"b\nc: \"d\"\n"), "TM005 1:4");
  EXPECT_EQ(problems("\"a\": \"it is \\\" open\n"), "TM005 1:6");
}

TEST(Yaml, RefusesWhatMeansSomethingElsewhere) {
  EXPECT_EQ(problems("a: &x 1\nb: *x\n"), "TM006 1:4, TM006 2:4");
  EXPECT_EQ(problems("a: &x [*x]\n"), "TM006 1:4, TM006 1:8");
  EXPECT_EQ(problems("a: *nobody\n"), "TM006 1:4");
  EXPECT_EQ(problems("cron: 1\nschedule: * * * * *\n"), "TM006 2:11");
  EXPECT_EQ(problems("a: 1\n<<: {b: 2}\n"), "TM007 2:1");
  EXPECT_EQ(tree("\"<<\": 1\n"), "{<<: 1}");
  EXPECT_EQ(problems("a: !!python/object:os.system x\n"), "TM008 1:4");
  EXPECT_EQ(problems("a: ! x\n"), "TM008 1:4");
  EXPECT_EQ(problems("if: !a.failed\n"), "TM008 1:5");
  EXPECT_EQ(problems("%YAML 9.9\n---\na: 1\n"), "TM009 1:1");
  EXPECT_EQ(problems("a: 1\n---\nb: 2\n"), "TM010 2:1");
  EXPECT_EQ(problems("---\n---\na: 1\n"), "TM010 2:1");
  EXPECT_EQ(problems("a: 1\n...\n"), "TM010 2:1");
  EXPECT_EQ(tree("---\na: '---'\n"), "{a: '---'}");
}

TEST(Yaml, NamesBothPlacesOfADuplicateKey) {
  const YamlDocument document = parse_yaml("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n");
  ASSERT_EQ(document.problems.size(), 1u);
  EXPECT_EQ(document.problems[0].rule, "TM011");
  EXPECT_EQ(document.problems[0].mark, (Mark{5, 3}));
  EXPECT_EQ(document.problems[0].message, "the key \"c\" is given twice; it stands already at 3:3");
  EXPECT_EQ(problems("a: 1\n'a': 2\n\"a\": 3\n"), "TM011 2:1, TM011 3:1");
}

TEST(Yaml, KeysAreTexts) {
  EXPECT_EQ(problems("[a, b]: 1\n"), "TM012 1:1");
  EXPECT_EQ(problems("? {a: b}\n: 1\n"), "TM012 1:3");
  EXPECT_EQ(problems("~: 1\n"), "TM012 1:1");
  EXPECT_EQ(tree("? a\n: 1\n"), "{a: 1}");
}

TEST(Yaml, SaysWhatIsWrongWithASyntax) {
  EXPECT_EQ(tree("a: b: c\n"), "refused: a value cannot stand here");
  EXPECT_EQ(tree("a: 1\nfoo\nb: 2\n"), "refused: this line has no \":\"");
  EXPECT_EQ(tree("a: [b, c\nd: 1\n"), "refused: the list opened with \"[\" goes wrong here");
  EXPECT_EQ(tree("a: {b: 1"), "refused: the map opened with \"{\" goes wrong here");
  EXPECT_EQ(tree("a: \"x\" y\n"), "refused: more text after the end of the value");
  EXPECT_EQ(tree("{a: 1}\nb: 2\n"), "refused: more text after the end of the document");
  EXPECT_EQ(problems("{a: [1]}\nb: 2\n"), "TM010 2:1");
}

TEST(Yaml, BoundsBytesScalarsNodesAndDepth) {
  YamlLimits limits;
  limits.max_bytes = 100;
  EXPECT_EQ(problems("a: " + std::string(200, 'x'), limits), "TM013 0:0");
  limits = {};
  limits.max_scalar_bytes = 10;
  EXPECT_EQ(problems("a: 1\nb: 12345678901\n", limits), "TM013 2:4");
  limits = {};
  limits.max_nodes = 5;
  EXPECT_EQ(problems("a: [1, 2, 3, 4, 5, 6]\n", limits), "TM013 1:11");
  limits = {};
  limits.max_depth = 3;
  EXPECT_EQ(tree("a: {b: [c]}\n"), "{a: {b: [c]}}");
  EXPECT_EQ(problems("a: {b: [[c]]}\n", limits), "TM013 1:9");
}

// Each of these has broken some YAML reader: by recursion, by quadratic time, or by hanging.
TEST(Yaml, AnswersToHostileInput) {
  for (const std::string_view piece :
       {"[",    "{",       "- ",    "? ",    "\"", "'", "a: ", "*a ",      "&a ",  "!a ",
        "{a: ", "[a,",     "--- ",  "...",   "%",  "|", ">",   "a: {b: [", "- ? ", "[? ",
        "[: ",  "\"a\": ", "- |\n", "a:\n ", "!<", "]", "}",   ":"}) {
    const std::string text = repeated(piece, 20'000);
    EXPECT_LE(parse_yaml(text).problems.size(), 100u) << piece;
    EXPECT_LE(parse_yaml("k: " + text).problems.size(), 100u) << piece;
  }
  std::string stairs;
  for (int i = 0; i < 1000; ++i) stairs += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(problems(stairs), "TM013 65:65");
}

TEST(Yaml, EveryCutOfADocumentIsAnswered) {
  const std::string text =
      "name: \"x\\\"y\"\nenv: {A: 'b', C: [d, \"e\"]}\ntasks:\n  a:\n    run: |\n      echo 'hi\n"
      "    needs: [b, c]\n  # remark\n  ? d\n  : {run: >-\n  }\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const YamlDocument document = parse_yaml(std::string_view(text).substr(0, size));
    EXPECT_TRUE(document.problems.empty() || document.root.kind == YamlNode::Kind::null) << size;
    for (const YamlProblem& problem : document.problems)
      EXPECT_FALSE(problem.message.empty()) << size;
  }
}

}  // namespace
}  // namespace tidemill
