// Runs that were measured elsewhere, by the real order on a clock of numbers. They lie beside the
// checkout, not in it; where they are not, this is not built (tests/place.cmake says so).
#include <gtest/gtest.h>

#include <filesystem>

#include "base/fd.h"
#include "base/json.h"
#include "tests/support/list_schedule.h"

namespace tidemill::test {
namespace {

using Past = ListSchedule::Past;

Trace read_trace(const std::filesystem::path& file) {
  const Json json = parse_json(read_file(file, 64 << 20).value()).value();
  Trace trace;
  std::map<std::string, TaskIndex> known;
  const Json::Array& tasks = json.find("tasks")->as_array();
  for (const Json& task : tasks) {
    const double took = task.find("runtime_s")->as_double();
    known[task.find("id")->as_string()] = trace.add(
        Duration(static_cast<std::int64_t>(took * 1e3)));
  }
  for (const Json& task : tasks) {
    for (const Json& parent : task.find("parents")->as_array()) {
      const auto from = known.find(parent.as_string());
      if (from == known.end()) continue;
      trace.connect(from->second, known.at(task.find("id")->as_string()));
    }
  }
  return trace;
}

// As bench/run has them: durations 1:1000, eight slots.
TEST(MeasuredTraces, EndNoLaterThanInTheOrderInWhichTasksBecomeReady) {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(TIDEMILL_WORKFLOWS)) {
    if (file.path().extension() != ".json") continue;
    ++count;
    const Trace trace = read_trace(file.path());
    const double known = trace.seconds_of(Past::known, 8, 16);
    const double unknown = trace.seconds_of(Past::unknown, 8, 16);
    fmt::print("{}: bound {:.3f} s, as they become ready {:.3f} s, longest way first {:.3f} s\n",
               file.path().stem().string(), trace.bound(8), unknown, known);
    EXPECT_LE(known, unknown * 1.01) << file.path();
  }
  EXPECT_GT(count, 0u);
}

}  // namespace
}  // namespace tidemill::test
