#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/doctor.h"
#include "cli/exit_code.h"

#ifndef TIDEMILL_VERSION
#define TIDEMILL_VERSION "0.0.0"
#endif

namespace tidemill {
namespace {

Json to_json(const Diagnosis& diagnosis) {
  Json json;
  json.set("check", diagnosis.what);
  json.set("health", to_word(diagnosis.health));
  json.set("found", diagnosis.found);
  json.set("todo", diagnosis.todo);
  return json;
}

void print(const std::vector<Diagnosis>& all) {
  for (const Diagnosis& one : all) {
    fmt::print("{:<5} {:<14} {}\n", to_word(one.health), one.what, printable(one.found, 1000));
    if (!one.todo.empty()) fmt::print("{:<20} -> {}\n", "", printable(one.todo, 1000));
  }
}

}  // namespace

int run_doctor(const DoctorCommand& options) {
  const auto settings = Settings::read(options.sources);
  if (!settings.ok()) return report(settings.error());
  const std::vector<Diagnosis> all = diagnose(*settings, TIDEMILL_VERSION);
  if (options.json) {
    Json::Array checks;
    for (const Diagnosis& one : all) checks.push_back(to_json(one));
    Json json;
    json.set("checks", std::move(checks));
    fmt::print("{}\n", json.dump());
  } else {
    print(all);
  }
  const bool sick = std::any_of(all.begin(), all.end(),
                                [](const Diagnosis& one) { return one.health == Health::fail; });
  return sick ? kExitFailed : kExitOk;
}

}  // namespace tidemill
