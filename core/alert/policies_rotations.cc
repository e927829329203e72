#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/alert/policies_context.h"
#include "core/parse/values.h"

// `rotations:` of the file of alerts.
namespace tidemill {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint8_t kEveryDay = 0x7f;

// "2026-01-05 09:00", also with a T between.
Result<LocalTime> parse_local(std::string_view text) {
  const std::size_t gap = text.find_first_of(" T");
  if (gap == std::string_view::npos) return invalid("the time of day is missing");
  const std::int32_t days = TRY(parse_date(text.substr(0, gap)));
  const std::int32_t seconds = TRY(parse_time_of_day(text.substr(gap + 1)));
  return LocalTime{std::int64_t{days} * 86'400 + seconds};
}

void read_start(PoliciesContext& context, const YamlNode* node, RotationLayer& layer) {
  if (!is_text(node)) return;
  const auto start = parse_local(node->text);
  if (start.ok()) {
    layer.first_handoff = start.value();
    return;
  }
  context.findings.add(Rule::bad_instant, node->mark,
                       fmt::format("start: {}", start.error().message),
                       "write a local date and time: 2026-01-05 09:00");
}

void read_every(PoliciesContext& context, const YamlNode* node, RotationLayer& layer) {
  Duration every{};
  if (!read_duration(node, every)) return;
  constexpr Duration kDay = std::chrono::hours(24);
  if (every % kDay != Duration::zero() || every < kDay || every > 366 * kDay) {
    context.findings.add(Rule::bad_rotation, node->mark,
                         fmt::format("every is {}, but turns last whole days", node->text),
                         "write 1d to 366d; people who share a day are two layers with `days` or "
                         "two rotations");
    return;
  }
  layer.turn_days = static_cast<std::int32_t>(every / kDay);
}

void read_days(PoliciesContext& context, const YamlNode* node, RotationLayer& layer) {
  if (node == nullptr) return;
  layer.days = 0;
  bool unknown = false;
  for_each_text(node, [&](const YamlNode& day) {
    const auto found = std::find(kDays.begin(), kDays.end(), day.text);
    unknown = unknown || found == kDays.end();
    if (found == kDays.end()) return;
    const auto bit = static_cast<std::uint8_t>(1u << (found - kDays.begin()));
    if ((layer.days & bit) != 0) {
      context.findings.add(Rule::repeated_item, day.mark,
                           fmt::format("{} is given twice", day.text));
    }
    layer.days = static_cast<std::uint8_t>(layer.days | bit);
  });
  // One mistake is not to be told twice, as a day without anybody.
  if (unknown) layer.days = kEveryDay;
  if (node->kind == YamlNode::Kind::sequence && node->items.empty()) {
    layer.days = kEveryDay;
    context.findings.add(Rule::empty_value, node->mark, "days is empty",
                         "leave it out for every day");
  }
}

// One turn: a person, or a list of people who are on call together.
std::vector<std::string> read_turn(PoliciesContext& context, const YamlNode& node) {
  std::vector<std::string> turn;
  const auto take = [&](const YamlNode& name) {
    if (!is_text(&name)) {
      context.findings.add(Rule::bad_rotation, name.mark, "a turn is a person or a list of people",
                           "for example turns: [ann, [bob, cid]]");
    } else if (context.is_known("person", name.text, "people", name.mark)) {
      if (std::find(turn.begin(), turn.end(), name.text) != turn.end()) {
        context.findings.add(Rule::repeated_item, name.mark,
                             fmt::format("{} stands twice in one turn", name.text));
      }
      turn.push_back(name.text);
    }
  };
  if (node.kind != YamlNode::Kind::sequence) {
    take(node);
    return turn;
  }
  if (!is_bounded(context.findings, &node, "a turn")) return turn;
  for (const YamlNode& name : node.items) take(name);
  if (node.items.empty()) {
    context.findings.add(Rule::bad_rotation, node.mark, "a turn has nobody",
                         "name somebody, or leave the turn out");
  }
  return turn;
}

void read_turns(PoliciesContext& context, const YamlNode* node, RotationLayer& layer) {
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::sequence || node->items.empty() ||
      node->items.size() > kMaxItems) {
    context.findings.add(Rule::bad_rotation, node->mark,
                         fmt::format("turns must be a list of 1 to {} people", kMaxItems),
                         "for example turns: [ann, [bob, cid]]");
    return;
  }
  for (const YamlNode& turn : node->items) layer.turns.push_back(read_turn(context, turn));
}

RotationLayer read_layer(PoliciesContext& context, const YamlNode& node) {
  RotationLayer layer;
  read_start(context, node.find("start"), layer);
  read_every(context, node.find("every"), layer);
  read_turns(context, node.find("turns"), layer);
  read_days(context, node.find("days"), layer);
  read_int(node.find("level"), layer.level);
  return layer;
}

void warn_of_gaps(PoliciesContext& context, const YamlNode::Entry& entry,
                  const Rotation& rotation) {
  std::uint8_t covered = 0;
  for (const RotationLayer& layer : rotation.layers) {
    covered = static_cast<std::uint8_t>(covered | layer.days);
  }
  if (covered == kEveryDay || rotation.layers.empty()) return;
  std::string missing;
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    if ((covered >> day & 1) != 0) continue;
    missing += (missing.empty() ? "" : ", ") + std::string(kDays[day]);
  }
  context.findings.add(Rule::may_be_silent, entry.key_mark,
                       fmt::format("nobody is on call in {} on {}", entry.key, missing),
                       "add a layer for these days, or one of a lower level for every day");
}

void read_rotation(PoliciesContext& context, const YamlNode::Entry& entry) {
  Rotation rotation;
  rotation.name = entry.key;
  if (!is_name(entry.key, "_", "_-")) context.bad_name("rotation", entry);
  rotation.zone = context.zone(entry.value.find("zone"));
  const YamlNode* layers = entry.value.find("layers");
  if (layers != nullptr && layers->kind == YamlNode::Kind::sequence &&
      is_bounded(context.findings, layers, "layers")) {
    for (const YamlNode& layer : layers->items) {
      if (layer.kind == YamlNode::Kind::map) rotation.layers.push_back(read_layer(context, layer));
    }
    if (layers->items.empty()) {
      context.findings.add(Rule::bad_rotation, layers->mark,
                           fmt::format("the rotation {} has no layers", entry.key));
    }
  }
  warn_of_gaps(context, entry, rotation);
  context.policies.rotations.push_back(std::move(rotation));
}

}  // namespace

void read_rotations(PoliciesContext& context) {
  for (const YamlNode::Entry* entry : context.named("rotations")) read_rotation(context, *entry);
}

}  // namespace tidemill
