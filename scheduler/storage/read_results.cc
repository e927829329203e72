#include "scheduler/storage/read_results.h"

#include <limits>

namespace tidemill {
namespace {

std::string select_of_attempt(const char* columns, const char* table, const char* order) {
  return fmt::format("SELECT {} FROM {} WHERE run_id = ? AND task_index = ? AND number = ? {}",
                     columns, table, order);
}

template <typename Take>
Status each_row(Statement& statement, Take take) {
  while (TRY(statement.step())) take(statement);
  statement.reset();
  return Ok{};
}

Metric metric_of(const Statement& row) {
  const double value = row.is_null(1) ? std::numeric_limits<double>::quiet_NaN() : row.real(1);
  return {row.text(0), value, row.text(2), row.integer(3), row.integer(4) != 0};
}

CheckResult check_of(const Statement& row) {
  return {row.text(0), row.integer(1) != 0, row.text(2), row.text(3), row.text(4), row.text(5)};
}

Artifact artifact_of(const Statement& row) {
  return {row.text(0), row.text(1), static_cast<std::uint64_t>(row.integer(2)),
          row.integer(3) != 0};
}

}  // namespace

Result<ResultReader> ResultReader::prepare(Database& database) {
  ResultReader r;
  const char* order = "ORDER BY position";
  r.outputs_ = TRY(database.prepare(select_of_attempt("name, value", "outputs", order)));
  r.metrics_ = TRY(database.prepare(
      select_of_attempt("name, value, slice, step, higher_is_better", "metrics", order)));
  r.checks_ = TRY(database.prepare(select_of_attempt(
      "name, success, severity, column_name, expected, actual", "checks", order)));
  r.artifacts_ = TRY(
      database.prepare(select_of_attempt("name, hash, bytes, is_directory", "artifacts", order)));
  r.summary_ = TRY(database.prepare(select_of_attempt("text", "summaries", "")));
  return r;
}

Result<std::shared_ptr<const TaskResult>> ResultReader::read(RunId run, TaskIndex task,
                                                             std::uint32_t number) {
  auto result = std::make_shared<TaskResult>();
  for (Statement* part : {&outputs_, &metrics_, &checks_, &artifacts_, &summary_}) {
    part->bind(run.value, task, number);
  }
  TRY(each_row(outputs_, [&](const Statement& row) {
    result->outputs.emplace_back(row.text(0), row.text(1));
  }));
  TRY(each_row(metrics_, [&](const Statement& row) { result->metrics.push_back(metric_of(row)); }));
  TRY(each_row(checks_, [&](const Statement& row) { result->checks.push_back(check_of(row)); }));
  TRY(each_row(artifacts_,
               [&](const Statement& row) { result->artifacts.push_back(artifact_of(row)); }));
  TRY(each_row(summary_, [&](const Statement& row) { result->summary = row.text(0); }));
  if (result->empty()) return std::shared_ptr<const TaskResult>();
  return std::shared_ptr<const TaskResult>(std::move(result));
}

}  // namespace tidemill
