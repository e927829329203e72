#include "cli/client/params.h"

#include <fmt/format.h>

#include <array>

#include "base/fd.h"
#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/stdin_text.h"
#include "cli/load_dag.h"
#include "core/params.h"

namespace tidemill::client {
namespace {

constexpr std::size_t kMaxParamsBytes = 4u << 20;

// A type that this version does not know is sent as it was written.
ParamType type_of(const std::string& word) {
  constexpr std::array kTypes = {ParamType::string,  ParamType::integer,  ParamType::number,
                                 ParamType::boolean, ParamType::array,    ParamType::object,
                                 ParamType::date,    ParamType::datetime, ParamType::duration,
                                 ParamType::secret};
  for (const ParamType type : kTypes) {
    if (to_word(type) == word) return type;
  }
  return ParamType::string;
}

}  // namespace

Result<Json::Object> typed_params(const Json& definition, const std::vector<std::string>& texts) {
  Dag declared;
  declared.name = text_at(definition, "name");
  for (const Json& param : array_at(definition, "params")) {
    ParamSpec spec;
    spec.name = text_at(param, "name");
    spec.type = type_of(text_at(param, "type"));
    if (has_value(param, "items")) spec.items = type_of(text_at(param, "items"));
    declared.params.push_back(std::move(spec));
  }
  const auto given = TRY(split_params(texts));
  Json::Object bound = TRY(bind_or_explain(declared, texts));
  Json::Object typed;
  for (auto& [name, value] : bound) {
    for (const auto& [wanted, text] : given) {
      if (wanted != name) continue;
      typed.emplace_back(name, std::move(value));
      break;
    }
  }
  return typed;
}

Result<Json::Object> params_from_file(const std::string& path) {
  const std::string text = path == "-" ? TRY(read_stdin(kMaxParamsBytes))
                                       : TRY(read_file(path, kMaxParamsBytes));
  const std::string where = path == "-" ? "standard input" : path;
  auto json = parse_json(text);
  if (!json.ok()) return invalid(fmt::format("{}: {}", where, json.error().message));
  if (!json->is_object()) return invalid(where + ": must be a JSON object of parameters");
  return json->as_object();
}

}  // namespace tidemill::client
