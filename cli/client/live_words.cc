#include "cli/client/live_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/client/api.h"
#include "cli/client/fields.h"
#include "cli/data_dir.h"
#include "cli/stored_run.h"

namespace tidemill::client {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds(120);

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void add_once(std::vector<Candidate>& words, Candidate word) {
  const bool known = std::any_of(words.begin(), words.end(),
                                 [&](const Candidate& w) { return w.word == word.word; });
  if (!known && !word.word.empty()) words.push_back(std::move(word));
}

Result<Json> ask(Api& api, const std::string& path) {
  api.http().set_connect_patience(kPatience);
  return api.get(path);
}

Result<std::vector<Candidate>> dags_of(Api& api) {
  std::vector<Candidate> words;
  const Json answer = TRY(ask(api, "/dags"));
  for (const Json& dag : array_at(answer, "dags"))
    words.push_back({text_at(dag, "dag"), first_line(text_at(dag, "description"))});
  return words;
}

Result<std::vector<Candidate>> datasets_of(Api& api) {
  std::vector<Candidate> words;
  const Json answer = TRY(ask(api, "/datasets"));
  for (const Json& dataset : array_at(answer, "datasets"))
    words.push_back({text_at(dataset, "dataset"), text_at(dataset, "dag")});
  return words;
}

Result<std::vector<Candidate>> runs_of(Api& api) {
  std::vector<Candidate> words;
  const Json page = TRY(ask(api, "/runs?limit=30"));
  for (const Json& run : array_at(page, "runs"))
    words.push_back(
        {std::to_string(int_at(run, "run")), text_at(run, "dag") + " " + text_at(run, "state")});
  for (const Json& run : array_at(page, "runs"))
    add_once(words, {text_at(run, "dag"), "its newest run"});
  return words;
}

Result<std::vector<Candidate>> tasks_of(Api& api, const std::string& run) {
  const std::int64_t id = TRY(api.find_run(run));
  const Json json = TRY(ask(api, path_of({"runs", std::to_string(id)})));
  std::vector<Candidate> words;
  for (const Json& task : array_at(json, "tasks"))
    words.push_back({text_at(task, "id"), text_at(task, "state")});
  return words;
}

// Numbers of what the API lists, newest first, with how each is.
Result<std::vector<Candidate>> numbers_of(Api& api, const std::string& path, const char* list,
                                          const char* key, const char* help) {
  std::vector<Candidate> words;
  const Json page = TRY(ask(api, path + "?limit=30"));
  for (const Json& row : array_at(page, list)) {
    words.push_back({std::to_string(int_at(row, key)), text_at(row, help)});
  }
  return words;
}

Result<std::vector<Candidate>> of_scheduler(Api& api, Completion::Live kind,
                                            const std::string& run) {
  switch (kind) {
    case Completion::Live::none:
      return std::vector<Candidate>();
    case Completion::Live::dags:
      return dags_of(api);
    case Completion::Live::datasets:
      return datasets_of(api);
    case Completion::Live::runs:
      return runs_of(api);
    case Completion::Live::tasks:
      return tasks_of(api, run);
    case Completion::Live::backfills:
      return numbers_of(api, "/backfills", "backfills", "backfill", "dag");
    case Completion::Live::retries:
      return numbers_of(api, "/bulk_retries", "retries", "retry", "progress");
  }
  UNREACHABLE();
}

Result<std::vector<Candidate>> of_database(const ServerOptions& options, Completion::Live kind,
                                           const std::string& run) {
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  RunReader reader = TRY(open_reader(data_dir));
  std::vector<Candidate> words;
  if (kind == Completion::Live::backfills || kind == Completion::Live::retries) return words;
  if (kind == Completion::Live::tasks) {
    const RunId id = TRY(find_run(reader, run));
    const StoredView view = TRY(load_view(reader, id));
    for (TaskIndex task = 0; task < view.live.dag->tasks.size(); ++task)
      words.push_back(
          {view.live.dag->tasks[task].id, std::string(to_word(view.live.run.tasks[task].state))});
    return words;
  }
  const auto rows = TRY(reader.runs("", RunId{}, 30));
  for (const RunRow& row : rows) {
    if (kind == Completion::Live::runs)
      words.push_back(
          {std::to_string(row.id.value), fmt::format("{} {}", row.dag_name, to_word(row.state))});
  }
  for (const RunRow& row : rows) add_once(words, {row.dag_name, ""});
  return words;
}

}  // namespace

std::vector<Candidate> live_words(const ServerOptions& options, Completion::Live kind,
                                  const std::string& run) {
  if (kind == Completion::Live::none) return {};
  auto api = Api::open_if_serving(options);
  if (!api.ok()) return {};
  auto words = *api ? of_scheduler(**api, kind, run) : of_database(options, kind, run);
  return words.ok() ? std::move(words).value() : std::vector<Candidate>();
}

}  // namespace tidemill::client
