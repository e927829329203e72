#include "scheduler/people/secret_store.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <mutex>
#include <optional>
#include <utility>

#include "scheduler/people/names.h"
#include "scheduler/people/secret_box.h"
#include "scheduler/storage/people_secrets.h"

namespace tidemill {

struct SecretStore::State {
  State(std::string directory, Readers& connections)
      : key_file(directory + "/secrets.key"),
        new_key_file(directory + "/secrets.key.new"),
        readers(connections) {}

  const std::string key_file, new_key_file;
  Readers& readers;
  std::mutex mutex;                   // guards what follows
  std::optional<SecretKey> key;       // that new values are encrypted with
  std::optional<SecretKey> next_key;  // of a replacement that has begun
  std::optional<SecretKey> last_key;  // of one that is not finished

  const SecretKey* find(const std::string& id) const {
    if (key && key->id() == id) return &*key;
    if (last_key && last_key->id() == id) return &*last_key;
    return nullptr;
  }
};

namespace {

Result<std::optional<SecretKey>> read_if_there(const std::string& file) {
  auto key = SecretKey::read(file);
  if (key.ok()) return std::optional<SecretKey>(std::move(key).value());
  if (key.error().code == ErrorCode::not_found) return std::optional<SecretKey>();
  return key.error();
}

Error no_key(const std::string& file) {
  return unavailable(
      fmt::format("there are secrets, but not the key that opens them: put {} back", file));
}

// Overwrites the value wherever the last copy of the change goes.
struct Value {
  explicit Value(std::string bytes) : text(std::move(bytes)) {}
  Value(const Value&) = delete;
  ~Value() { sodium_memzero(text.data(), text.size()); }
  std::string text;
};

Status check_value(const std::string& value) {
  if (value.empty()) return invalid("the secret is empty");
  if (value.size() > kMaxSecretValueBytes) {
    return invalid(fmt::format("the secret is larger than {} bytes", kMaxSecretValueBytes));
  }
  // It becomes an environment variable of the task.
  if (value.find('\0') != std::string::npos) return invalid("the secret holds a zero byte");
  return Ok{};
}

SecretRow sealed_row(const SecretKey& key, const std::string& name, std::string_view value) {
  SecretKey::Sealed sealed = key.seal(name, value);
  SecretRow row;
  row.name = name;
  row.key_id = key.id();
  row.nonce = std::move(sealed.nonce);
  row.ciphertext = std::move(sealed.ciphertext);
  return row;
}

// The same secrets, encrypted with another key. One that does not open is a reason not to do it,
// not one to stop the scheduler.
Status store_again(Database& database, const SecretKey& from, const SecretKey& to) {
  for (const SecretRow& row : TRY(all_secrets(database))) {
    auto opened = from.open(row.name, {row.nonce, row.ciphertext});
    if (!opened.ok()) return conflict(opened.error().message + "; set it again or delete it first");
    const Value value(std::move(opened).value());
    SecretRow again = sealed_row(to, row.name, value.text);
    again.updated_at = row.updated_at;
    again.updated_by = row.updated_by;
    TRY(put_secret(database, again));
  }
  return Ok{};
}

// Which key the stored secrets need; empty = there are none.
Result<std::string> needed_key(Readers& readers) {
  auto reader = TRY(readers.take());
  const auto rows = TRY(all_secrets(*reader));
  return rows.empty() ? std::string() : rows.front().key_id;
}

Status replace_key_file(const std::string& from, const std::string& to, const SecretKey& key) {
  TRY(key.write(to));
  if (::unlink(from.c_str()) != 0) return errno_error("cannot remove " + from);
  return Ok{};
}

}  // namespace

SecretStore::SecretStore(std::shared_ptr<State> state) : state_(std::move(state)) {}
SecretStore::~SecretStore() = default;

Result<std::unique_ptr<SecretStore>> SecretStore::open(std::string data_dir, Readers& readers) {
  auto state = std::make_shared<State>(std::move(data_dir), readers);
  state->key = TRY(read_if_there(state->key_file));
  const auto next = TRY(read_if_there(state->new_key_file));
  if (next) {
    // Committed or not: the rows know.
    if (TRY(needed_key(readers)) == next->id()) state->key = *next;
    if (state->key) TRY(replace_key_file(state->new_key_file, state->key_file, *state->key));
  }
  return std::unique_ptr<SecretStore>(new SecretStore(std::move(state)));
}

Result<std::string> SecretStore::get(const std::string& name) {
  TRY(check_secret_name(name));
  std::optional<SecretRow> row;
  {
    auto reader = TRY(state_->readers.take());
    row = TRY(find_secret(*reader, name));
  }
  if (!row) return not_found(fmt::format("there is no secret '{}'", name));
  const std::lock_guard lock(state_->mutex);
  const SecretKey* key = state_->find(row->key_id);
  if (key == nullptr) return no_key(state_->key_file);
  return key->open(name, {row->nonce, row->ciphertext});
}

Result<std::vector<SecretInfo>> SecretStore::list() {
  auto reader = TRY(state_->readers.take());
  std::vector<SecretInfo> found;
  for (const SecretRow& row : TRY(all_secrets(*reader))) {
    found.push_back({row.name, row.updated_at, row.updated_by});
  }
  return found;
}

Result<Change> SecretStore::set(const std::string& name, std::string value, const std::string& by,
                                WallTime now) {
  const auto held = std::make_shared<Value>(std::move(value));
  TRY(check_secret_name(name));
  TRY(check_value(held->text));
  {
    const std::string needed = TRY(needed_key(state_->readers));
    const std::lock_guard lock(state_->mutex);
    if (!needed.empty() && state_->find(needed) == nullptr) return no_key(state_->key_file);
    if (!state_->key) {
      const SecretKey fresh = SecretKey::random();
      TRY(fresh.write(state_->key_file));
      state_->key = fresh;
    }
  }
  Change change = change_of("secret.set", "secret " + name);
  change.store = [state = state_, held, name, by, now](Database& database) -> Result<Json> {
    const std::lock_guard lock(state->mutex);
    SecretRow row = sealed_row(*state->key, name, held->text);
    row.updated_at = now;
    row.updated_by = by;
    TRY(put_secret(database, row));
    return Json(Json::Object{{"secret", name}});
  };
  return change;
}

Change SecretStore::remove(const std::string& name) {
  Change change = change_of("secret.delete", "secret " + name);
  change.store = [name](Database& database) -> Result<Json> {
    if (!TRY(delete_secret(database, name))) {
      return not_found(fmt::format("there is no secret '{}'", name));
    }
    return Json(Json::Object{{"secret", name}});
  };
  return change;
}

Result<Change> SecretStore::begin_new_key() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->key) return conflict("there is no key yet; it is made with the first secret");
  if (state_->last_key) return conflict("the key is being replaced already");
  state_->next_key = SecretKey::random();
  TRY(state_->next_key->write(state_->new_key_file));
  Change change = change_of("secret.new_key", "secrets");
  change.store = [state = state_](Database& database) -> Result<Json> {
    const std::lock_guard inside(state->mutex);
    if (!state->next_key) return conflict("the key is being replaced already");
    TRY(store_again(database, *state->key, *state->next_key));
    state->last_key = std::exchange(state->key, std::exchange(state->next_key, std::nullopt));
    return Json(Json::Object{});
  };
  return change;
}

Status SecretStore::finish_new_key() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->last_key) return conflict("no key is being replaced");
  TRY(replace_key_file(state_->new_key_file, state_->key_file, *state_->key));
  state_->last_key.reset();
  return Ok{};
}

}  // namespace tidemill
