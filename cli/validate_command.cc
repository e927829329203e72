#include "cli/validate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>

#include "base/fd.h"
#include "base/text.h"
#include "base/yaml.h"
#include "base/zone.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "core/alert/policies_parser.h"
#include "core/dag_parser.h"
#include "core/fields_check.h"
#include "core/finding_format.h"
#include "core/finding_sink.h"
#include "scheduler/dag_files.h"

namespace tidemill {
namespace {

ParseOptions parse_options(const std::string& path) {
  const std::filesystem::path file(path);
  ParseOptions options;
  options.default_name = file.stem().string();
  options.zone = load_zone;
  options.now = system_now().wall;
  options.read_file = [folder = file.parent_path()](const std::string& name) {
    return read_file((folder / name).string(), kMaxDagFileBytes);
  };
  return options;
}

Mark place_of_name(const std::string& source) {
  const YamlDocument document = parse_yaml(source);
  const YamlNode* name = document.root.find("name");
  return name == nullptr ? Mark{1, 1} : name->mark;
}

// Names must differ among all files that are checked together.
class NameRegister {
 public:
  void check(const std::string& name, FileFindings& file) {
    const auto [known, is_new] = paths_.emplace(name, file.path);
    if (is_new) return;
    FindingSink sink;
    sink.add(Rule::duplicate_dag, place_of_name(file.source),
             fmt::format("the DAG name {} is taken by {}", name, known->second),
             "give one of them another name");
    for (Finding& finding : sink.take()) file.findings.push_back(std::move(finding));
  }

 private:
  std::map<std::string, std::string> paths_;
};

using PolicyNames = std::optional<std::vector<std::string>>;

// Names of the policies of a file of alerts, which must be right itself.
Result<PolicyNames> policy_names(const std::string& path) {
  if (path.empty()) return PolicyNames();
  const ParsedPolicies parsed = parse_policies(TRY(read_file(path, 1u << 20)), load_zone);
  if (parsed.policies == nullptr) {
    return invalid(fmt::format("{} is broken; tidemill policy check {} says why", path, path));
  }
  PolicyNames names(std::in_place);
  for (const auto& policy : parsed.policies->policies) names->push_back(policy.name);
  return names;
}

void check_policy(const Dag& dag, const PolicyNames& names, FileFindings& file) {
  const std::string& name = dag.alerts.policy;
  if (!names || name.empty()) return;
  if (std::find(names->begin(), names->end(), name) != names->end()) return;
  const YamlDocument document = parse_yaml(file.source);
  const YamlNode* alerts = document.root.find("alerts");
  const YamlNode* node = alerts == nullptr ? nullptr : alerts->find("policy");
  const std::vector<std::string_view> known(names->begin(), names->end());
  FindingSink sink;
  sink.add(Rule::unknown_policy, node == nullptr ? Mark{1, 1} : node->mark,
           fmt::format("the file of alerts has no policy \"{}\"", printable(name, 70)),
           did_you_mean(name, known));
  for (Finding& finding : sink.take()) file.findings.push_back(std::move(finding));
}

std::vector<FileFindings> check_files(std::vector<DagFile> files, const PolicyNames& policies) {
  std::vector<FileFindings> checked;
  NameRegister names;
  for (DagFile& file : files) {
    FileFindings result{std::move(file.path), std::move(file.source), std::move(file.findings)};
    if (file.readable) {
      ParsedDag parsed = parse_dag(result.source, parse_options(result.path));
      for (Finding& finding : parsed.findings) result.findings.push_back(std::move(finding));
      if (parsed.dag != nullptr) {
        names.check(parsed.dag->name, result);
        check_policy(*parsed.dag, policies, result);
      }
    }
    checked.push_back(std::move(result));
  }
  return checked;
}

std::int64_t count(const std::vector<FileFindings>& files, Severity severity) {
  std::int64_t total = 0;
  for (const FileFindings& file : files) {
    total += std::count_if(file.findings.begin(), file.findings.end(),
                           [&](const Finding& finding) { return finding.severity == severity; });
  }
  return total;
}

std::string summary(const std::vector<FileFindings>& files,
                    const std::vector<std::string>& skipped) {
  std::string line = plural(std::ssize(files), "file");
  line += ", " + plural(count(files, Severity::error), "error");
  if (const auto warnings = count(files, Severity::warning))
    line += ", " + plural(warnings, "warning");
  if (const auto notes = count(files, Severity::note)) line += ", " + plural(notes, "note");
  if (skipped.empty()) return line;
  return fmt::format("{}; {} not looked into (hidden or linked): {}", line,
                     plural(std::ssize(skipped), "entry"), printable(join(skipped, ", "), 200));
}

std::string human(const std::vector<FileFindings>& files, const std::vector<std::string>& skipped) {
  const bool colour = probe_terminal(1).colour;
  std::string out;
  for (const FileFindings& file : files) {
    out += format_findings_human(file.path, file.source, file.findings, colour);
  }
  return out + summary(files, skipped) + "\n";
}

std::string in_format(const std::string& format, const std::vector<FileFindings>& files,
                      const std::vector<std::string>& skipped) {
  if (format == "json") return format_findings_json(files);
  if (format == "github") return format_findings_github(files);
  if (format == "sarif") return format_findings_sarif(files, TIDEMILL_VERSION);
  return human(files, skipped);
}

}  // namespace

int run_validate(const ValidateOptions& options) {
  const Status known = check_findings_format(options.format);
  if (!known.ok()) return report(known.error());
  if (options.paths.empty()) return report(invalid("validate needs files or folders"));
  const auto policies = policy_names(options.alerts);
  if (!policies.ok()) return report(policies.error());
  auto found = find_dag_files(options.paths);
  if (!found.ok()) return report(found.error());
  const auto files = check_files(std::move(found.value().files), policies.value());
  const std::string out = in_format(options.format, files, found.value().skipped);
  if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
    return report(unavailable("cannot write the findings to standard output"));
  }
  return count(files, Severity::error) > 0 ? kExitFailed : kExitOk;
}

}  // namespace tidemill
