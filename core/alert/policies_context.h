// What the steps of parsing the file of alerts share. Internal to core/alert/policies_*.cc.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "core/alert/policies.h"
#include "core/finding_sink.h"

namespace tidemill {

struct PoliciesContext {
  const YamlNode& root;
  const std::function<Result<ZonePtr>(std::string_view)>& find_zone;
  AlertPolicies policies;
  FindingSink findings;

  // The entries of a map at the top of the file whose values are maps; none when it is not there.
  // What is something else has its finding already.
  std::vector<const YamlNode::Entry*> named(std::string_view key);
  // A finding unless the map `key` at the top of the file has `name`, right or wrong; `what` is
  // "channel", `place` where it was named.
  bool is_known(std::string_view what, std::string_view name, std::string_view key, Mark place);
  // Null, with a finding, when there is no such zone; UTC without a node.
  ZonePtr zone(const YamlNode* node);
  // A finding when `out` is above `most`.
  void read_span(const YamlNode* node, std::string_view what, Duration most, Duration& out);
  void bad_name(std::string_view what, const YamlNode::Entry& entry);

  std::map<std::string_view, std::set<std::string_view>> names = {};  // of maps that were asked for
};

// In this order; each needs the names that the earlier ones have checked.
void read_channels(PoliciesContext& context);
void read_people(PoliciesContext& context);
void read_rotations(PoliciesContext& context);
void read_policies(PoliciesContext& context);

// An http or https address that nothing secret stands in; false with a finding.
bool check_web_address(PoliciesContext& context, const YamlNode& node, std::string_view where);

}  // namespace tidemill
