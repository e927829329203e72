#include "scheduler/people/param_vault.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemill {
namespace {

// A secret is text, so an object in its place can be nothing else.
constexpr char kMember[] = "sealed";

bool is_secret(const Dag& dag, const std::string& name) {
  return std::any_of(dag.params.begin(), dag.params.end(), [&](const ParamSpec& spec) {
    return spec.name == name && spec.type == ParamType::secret;
  });
}

const std::string* sealed_text(const Json& value) {
  const Json* text = value.is_object() ? value.find(kMember) : nullptr;
  return text != nullptr && text->is_string() ? &text->as_string() : nullptr;
}

std::string bound_name(const std::string& param) { return "parameter " + param; }

}  // namespace

Result<SecretKey> ParamVault::key(Missing missing) {
  const std::lock_guard lock(mutex_);
  if (key_) return *key_;
  auto stored = SecretKey::read(key_file_);
  if (stored.ok()) return *(key_ = *stored);
  if (stored.error().code != ErrorCode::not_found) return stored.error();
  if (missing == Missing::refuse) {
    return unavailable(fmt::format(
        "it has a secret parameter, but the key that opens it is not there: put {} back",
        key_file_));
  }
  const SecretKey fresh = SecretKey::random();
  TRY(fresh.write(key_file_));
  return *(key_ = fresh);
}

Result<Json::Object> ParamVault::seal(const Dag& dag, Json::Object params) {
  for (auto& [name, value] : params) {
    if (!value.is_string() || !is_secret(dag, name)) continue;
    const SecretKey key = TRY(this->key(Missing::make));
    const SecretKey::Sealed sealed = key.seal_alike(bound_name(name), value.as_string());
    value = Json(Json::Object{{kMember, sealed.nonce + "." + sealed.ciphertext}});
  }
  return params;
}

Result<Json::Object> ParamVault::open(const Dag& dag, Json::Object params) {
  for (auto& [name, value] : params) {
    const std::string* text = is_secret(dag, name) ? sealed_text(value) : nullptr;
    if (text == nullptr) continue;
    const SecretKey key = TRY(this->key(Missing::refuse));
    const std::size_t dot = std::min(text->find('.'), text->size() - 1);
    value = Json(TRY(key.open(bound_name(name), {text->substr(0, dot), text->substr(dot + 1)})));
  }
  return params;
}

}  // namespace tidemill
