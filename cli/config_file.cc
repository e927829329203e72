#include "cli/config_file.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "base/yaml.h"

namespace tidemill {
namespace {

class Reader {
 public:
  Reader(const std::string& path, std::vector<std::string>& mistakes)
      : path_(path), mistakes_(mistakes) {}

  void read(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::null) return;
    if (root.kind != YamlNode::Kind::map) {
      return wrong(root.mark, "write one `name: value` a line");
    }
    for (const auto& entry : root.entries) read_entry("", entry);
  }

  std::vector<FileEntry> entries;

 private:
  void read_entry(const std::string& section, const YamlNode::Entry& entry) {
    const std::string name = section + entry.key;
    for (const Setting& setting : all_settings()) {
      if (setting.name == name) return read_value(setting, entry);
    }
    if (!section.empty() || !is_section(entry.key)) return unknown(section, entry);
    if (entry.value.kind == YamlNode::Kind::null) return;
    if (entry.value.kind != YamlNode::Kind::map) {
      return wrong(entry.key_mark, entry.key + " is a section: write its settings below it");
    }
    for (const auto& inner : entry.value.entries) read_entry(entry.key + ".", inner);
  }

  void read_value(const Setting& setting, const YamlNode::Entry& entry) {
    const YamlNode& value = entry.value;
    FileEntry read{&setting, {}, entry.key_mark.line};
    const bool is_list = value.kind == YamlNode::Kind::sequence;
    if (value.kind == YamlNode::Kind::scalar) read.words.push_back(value.text);
    for (const YamlNode& item : value.items) {
      if (item.kind == YamlNode::Kind::scalar) read.words.push_back(item.text);
    }
    if (read.words.size() != (is_list ? value.items.size() : 1) ||
        (is_list && setting.count == Count::one)) {
      return wrong(entry.key_mark,
                   fmt::format("{}: {}", setting.name,
                               setting.count == Count::one ? "write one value"
                                                           : "write a value or a list of values"));
    }
    entries.push_back(std::move(read));
  }

  void unknown(const std::string& section, const YamlNode::Entry& entry) {
    const std::set<std::string> names = names_in(section);
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = nearest(entry.key, known);
    wrong(entry.key_mark,
          fmt::format("there is no setting {}{}{}", section, printable(entry.key),
                      near ? fmt::format("; did you mean {}{}?", section, *near)
                           : fmt::format("; there are {}", fmt::join(known, ", "))));
  }

  static bool is_section(const std::string& key) {
    for (const Setting& setting : all_settings()) {
      if (setting.name.starts_with(key + ".")) return true;
    }
    return false;
  }

  static std::set<std::string> names_in(const std::string& section) {
    std::set<std::string> names;
    for (const Setting& setting : all_settings()) {
      if (!setting.name.starts_with(section)) continue;
      const std::string_view rest = setting.name.substr(section.size());
      names.emplace(rest.substr(0, rest.find('.')));
    }
    return names;
  }

  void wrong(Mark mark, const std::string& what) {
    mistakes_.push_back(fmt::format("{}:{}: {}", path_, mark.line, what));
  }

  const std::string& path_;
  std::vector<std::string>& mistakes_;
};

}  // namespace

std::vector<FileEntry> parse_config(const std::string& text, const std::string& path,
                                    std::vector<std::string>& mistakes) {
  const YamlDocument document = parse_yaml(text);
  for (const YamlProblem& problem : document.problems) {
    mistakes.push_back(fmt::format("{}:{}: {}{}{}", path, problem.mark.line, problem.message,
                                   problem.hint.empty() ? "" : "; ", problem.hint));
  }
  if (!document.problems.empty()) return {};
  Reader reader(path, mistakes);
  reader.read(document.root);
  return std::move(reader.entries);
}

}  // namespace tidemill
