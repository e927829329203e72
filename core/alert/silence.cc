#include "core/alert/silence.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

bool has(const Alert& alert, AlertFact fact) {
  return std::find(alert.facts.begin(), alert.facts.end(), fact) != alert.facts.end();
}

// Nothing worse than that it takes long.
bool is_late_only(const Alert& alert) {
  return std::all_of(alert.facts.begin(), alert.facts.end(), [](AlertFact fact) {
    return fact == AlertFact::late || fact == AlertFact::will_be_late || fact == AlertFact::slow;
  });
}

// The runs of an open alert lie between its first and its last one: a success among them would have
// ended it.
bool is_about(const Alert& alert, const LeadingRun& run) {
  return alert.key.dag == run.dag && alert.first_run <= run.run && run.run <= alert.last_run;
}

bool explains(const Alert& above, const Alert& alert, const std::vector<LeadingRun>& led_by) {
  if (above.key == alert.key || !is_open(above) || !has(above, AlertFact::failed)) return false;
  const LeadingRun own{alert.key.dag, alert.last_run};
  if (is_late_only(alert) && is_about(above, own)) return true;
  return std::any_of(led_by.begin(), led_by.end(),
                     [&above](const LeadingRun& run) { return is_about(above, run); });
}

}  // namespace

std::string_view to_word(Silence::Kind kind) {
  switch (kind) {
    case Silence::Kind::silence:
      return "silence";
    case Silence::Kind::maintenance:
      return "maintenance";
  }
  return "";
}

std::optional<Silence::Kind> silence_kind_from(std::string_view word) {
  for (const auto kind : {Silence::Kind::silence, Silence::Kind::maintenance}) {
    if (to_word(kind) == word) return kind;
  }
  return std::nullopt;
}

bool matches(const Silence& silence, const Alert& alert) {
  const auto& severities = silence.severities;
  return glob_matches(silence.dag, alert.key.dag) && glob_matches(silence.task, alert.key.task) &&
         glob_matches(silence.cause, alert.key.cause) &&
         (severities.empty() ||
          std::find(severities.begin(), severities.end(), alert.severity) != severities.end());
}

const Alert* explained_by(const Alert& alert, const std::vector<LeadingRun>& led_by,
                          const std::vector<Alert>& open) {
  if (alert.last_run == 0) return nullptr;
  const auto found = std::find_if(
      open.begin(), open.end(), [&](const Alert& above) { return explains(above, alert, led_by); });
  return found == open.end() ? nullptr : &*found;
}

}  // namespace tidemill
